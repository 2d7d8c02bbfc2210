package mm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Config is how a kernel is built and its caches are set up. The zero Config
// is the default one; configs can be compared.
type Config struct {
	// chosen has for each of ConfigKeys the index of its value.
	chosen [nrConfigKeys]uint8
	// address has the addresses of callbacks that are given outright, or 0.
	address [nrCallbacks]uint64
	// initWarn is the check of kmem_cache_init that the thread suggested.
	initWarn bool
}

// ConfigKey is one key of a config with the values it can have.
type ConfigKey struct {
	Name   string
	Values []string // the default first
	Help   string
}

const (
	cfgOrder = iota
	cfgObjects
	cfgMinPartial
	cfgCPUPartial
	cfgCC
	cfgAlloc
	cfgCmpxchgDouble
	nrConfigKeys
)

var configKeys = [nrConfigKeys]ConfigKey{
	cfgOrder:      {"order", []string{"0", "1", "2"}, "order of a slab"},
	cfgObjects:    {"objects", []string{"2", "1", "4"}, "objects in a page of a slab"},
	cfgMinPartial: {"min_partial", []string{"0", "1", "5"}, "empty slabs that a node keeps"},
	cfgCPUPartial: {"cpu_partial", []string{"6", "0", "2", "24"},
		"objects wanted on a CPU's partial list; 0 is without CONFIG_SLUB_CPU_PARTIAL"},
	cfgCC:    {"cc", ccValues(), "compiler, target and options, which align functions"},
	cfgAlloc: {"alloc", allocNames[:], "slab allocator"},
	cfgCmpxchgDouble: {"cmpxchg_double", []string{"1", "0"},
		"0 is a machine without cmpxchg_double: SLUB locks the slab"},
}

// ConfigKeys returns the keys that have a fixed set of values and that fuzzers
// set. Besides them a config can have CALLBACK=ADDRESS, which puts that function
// there, and init_warn=1, which makes Boot look where the allocator's is.
func ConfigKeys() []ConfigKey { return configKeys[:] }

// Choose sets the key with that index in ConfigKeys to its value with that
// index, modulo how many it has.
func (c *Config) Choose(key int, value uint8) {
	c.chosen[key] = value % uint8(len(configKeys[key].Values))
}

// Chosen returns the index of the value of the key with that index.
func (c *Config) Chosen(key int) uint8 { return c.chosen[key] }

// Alloc returns the name of the slab allocator.
func (c *Config) Alloc() string { return allocNames[c.chosen[cfgAlloc]] }

// SetAlloc makes that slab allocator the config's, which must be the name of one.
func (c *Config) SetAlloc(name string) {
	c.chosen[cfgAlloc] = uint8(slices.Index(allocNames[:], name))
}

// Callbacks returns the names of the functions whose address a config can give.
func Callbacks() []string {
	var names []string
	for i := range nrCallbacks {
		names = append(names, symbols[i].name)
	}
	return names
}

// SetAddress puts the callback of that name at that address; 0 puts it where
// the compiler would.
func (c *Config) SetAddress(callback string, address uint64) { *c.addressOf(callback) = address }

// Address returns the address that SetAddress set.
func (c *Config) Address(callback string) uint64 { return *c.addressOf(callback) }

func (c *Config) addressOf(callback string) *uint64 {
	for i := range c.address {
		if symbols[i].name == callback {
			return &c.address[i]
		}
	}
	panic("mm: no callback " + callback)
}

// number returns the value of a key whose values are numbers.
func (c *Config) number(key int) uint {
	n := uint(0)
	for _, digit := range []byte(configKeys[key].Values[c.chosen[key]]) {
		n = 10*n + uint(digit-'0')
	}
	return n
}

// ParseConfig reads what String writes: key=value words, in any order.
func ParseConfig(text string) (Config, error) {
	var c Config
	var seen []string
	for _, word := range strings.Fields(text) {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return Config{}, fmt.Errorf("config %q: want key=value", word)
		}
		if slices.Contains(seen, name) {
			return Config{}, fmt.Errorf("config %q: %s is given twice", word, name)
		}
		seen = append(seen, name)
		if err := c.set(name, value); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

func (c *Config) set(name, value string) error {
	if name == "init_warn" {
		if value != "0" && value != "1" {
			return fmt.Errorf("config init_warn=%s: want 0 or 1", value)
		}
		c.initWarn = value == "1"
		return nil
	}
	for i := range c.address {
		if symbols[i].name != name {
			continue
		}
		address, err := strconv.ParseUint(strings.TrimPrefix(value, "0x"), 16, 64)
		if err != nil || address == 0 {
			return fmt.Errorf("config %s=%s: want an address in hexadecimal, not 0", name, value)
		}
		c.address[i] = address
		return nil
	}
	for i := range configKeys {
		k := &configKeys[i]
		if k.Name != name {
			continue
		}
		v := slices.Index(k.Values, value)
		if i == cfgCC {
			v = parseCC(value)
		}
		if v < 0 {
			return fmt.Errorf("config %s=%s: want one of %s", name, value, strings.Join(k.Values, " "))
		}
		c.chosen[i] = uint8(v)
		return nil
	}
	return fmt.Errorf("config key %q: want one of %s", name, strings.Join(configNames(), ", "))
}

func configNames() []string {
	var names []string
	for i := range configKeys {
		names = append(names, configKeys[i].Name)
	}
	return append(append(names, Callbacks()...), "init_warn")
}

// String returns the config as a program text has it: what is not the default.
func (c Config) String() string {
	var words []string
	for i := range configKeys {
		if v := c.chosen[i]; v != 0 {
			words = append(words, configKeys[i].Name+"="+configKeys[i].Values[v])
		}
	}
	for i, address := range c.address {
		if address != 0 {
			words = append(words, fmt.Sprintf("%s=%x", symbols[i].name, address))
		}
	}
	if c.initWarn {
		words = append(words, "init_warn=1")
	}
	return strings.Join(words, " ")
}
