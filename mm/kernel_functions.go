package mm

import (
	"reflect"
	"runtime"
	"strings"
)

// Function is one of the functions in which kernels differ.
type Function struct {
	Field string // of Kernel
	Name  string // in this package, with the type that it is a method of: v62.isolateMovablePage
}

// Functions returns those of k, its parents' included.
func (k *Kernel) Functions() []Function {
	var functions []Function
	resolved := k.resolve()
	v := reflect.ValueOf(resolved)
	for i := range v.NumField() {
		if v.Field(i).Kind() != reflect.Func || v.Field(i).IsNil() {
			continue
		}
		name := runtime.FuncForPC(v.Field(i).Pointer()).Name()
		_, name, _ = strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ".")
		functions = append(functions, Function{v.Type().Field(i).Name, strings.TrimSuffix(name, "-fm")})
	}
	return functions
}
