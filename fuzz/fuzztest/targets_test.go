package fuzztest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz"
)

// Every row of the table of targets has its native function, in the one file that OSS-Fuzz can build, and the README's row.
func TestTargetsAreNativeFuzzFunctions(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../targets_test.go", nil, 0)
	require.NoError(t, err)
	var functions, targets []string
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Fuzz") {
			functions = append(functions, f.Name.Name)
		}
	}
	readme := readFile(t, readmeFile)
	for _, target := range fuzz.Targets() {
		targets = append(targets, target.Name)
		require.Contains(t, readme, "\n| "+target.Name+" |")
	}
	require.ElementsMatch(t, targets, functions)
}

// Every target accepts the empty input and a few bytes: no engine begins with more.
func TestTargetsTakeAnyInput(t *testing.T) {
	for _, target := range fuzz.Targets() {
		e, err := target.NewExec("v6.2", "sc")
		require.NoError(t, err)
		defer e.Close()
		for _, data := range []string{"", "\n", "\xff\xff\xff\xff\xff\xff\xff\xff\xff", "C x\n"} {
			require.NoError(t, target.Check(e, []byte(data)), "%s of %q", target.Name, data)
		}
	}
}

// What FuzzFunctionAddress asserts holds on every kernel, also where there is a bug: no crash file is a finding.
func TestFunctionAddressHoldsOnTheCrashes(t *testing.T) {
	target, err := fuzz.FindTarget("FuzzFunctionAddress")
	require.NoError(t, err)
	files, err := filepath.Glob("../../crashers/*.txt")
	require.NoError(t, err)
	checked := 0
	for _, file := range files {
		p := load(t, file)
		data, err := target.Shape.Encode(p)
		if err != nil {
			continue
		}
		e, err := target.NewExec(p.Kernel, p.Model.String())
		require.NoError(t, err)
		require.NoError(t, target.Check(e, data), file)
		e.Close()
		checked++
	}
	require.Greater(t, checked, 4)
}

// The one address with the mark of a movable page that is not wild: that of movable_operations which an owner registered.
func TestFunctionAddressMayBeThatOfMovableOperations(t *testing.T) {
	target, err := fuzz.FindTarget("FuzzFunctionAddress")
	require.NoError(t, err)
	e, err := target.NewExec("", "")
	require.NoError(t, err)
	defer e.Close()
	for _, address := range []uint64{0xffffffff82000002, 0xffffffff82000022, 0xffffffff82000006, 0xffffffff8200000a} {
		require.NoError(t, target.Check(e, fuzz.AddressInput(address)), "%#x", address)
	}
}
