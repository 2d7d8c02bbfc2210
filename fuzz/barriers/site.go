package barriers

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
)

// Site is a barrier or a test that can be deleted.
type Site struct {
	Function string // C name
	File     string // in the source tree
	Line     int
	Column   int
	Code     string // what is deleted

	field    string // of mm.Kernel
	decl     *ast.FuncDecl
	from, to token.Pos
	with     string // what stands there instead
}

// Where is the place of the site: file, line and column.
func (s *Site) Where() string { return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Column) }

// source is package mm of a source tree.
type source struct {
	root  string
	fset  *token.FileSet
	files map[string]*ast.File // by name in the tree
	text  map[string][]byte
}

const mmFolder = "mm"

func readSource(root string) (*source, error) {
	src := &source{root: root, fset: token.NewFileSet(), files: map[string]*ast.File{}, text: map[string][]byte{}}
	names, err := fs.Glob(os.DirFS(root), mmFolder+"/*.go")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(src.fset, name, text, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		src.files[name], src.text[name] = file, text
	}
	return src, nil
}

// find returns the declaration of a function by its name, with the type that it is a method of.
func (src *source) find(name string) (file string, decl *ast.FuncDecl) {
	for file, f := range src.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && functionName(fn) == name {
				return file, fn
			}
		}
	}
	return "", nil
}

func functionName(decl *ast.FuncDecl) string {
	if decl.Recv == nil {
		return decl.Name.Name
	}
	receiver := decl.Recv.List[0].Type
	if pointer, ok := receiver.(*ast.StarExpr); ok {
		receiver = pointer.X
	}
	if id, ok := receiver.(*ast.Ident); ok {
		return id.Name + "." + decl.Name.Name
	}
	return decl.Name.Name
}

// cName matches the first line of a kernel function's comment.
var cName = regexp.MustCompile(`^\S+ is (\w+), `)

// sites returns the sites of the functions, in the order of the source.
func (src *source) sites(functions []mm.Function) ([]Site, error) {
	var sites []Site
	for _, fn := range functions {
		file, decl := src.find(fn.Name)
		if decl == nil {
			return nil, fmt.Errorf("no function %s in %s: the source tree is not that of this program", fn.Name, mmFolder)
		}
		name := decl.Name.Name
		if m := cName.FindStringSubmatch(decl.Doc.Text()); m != nil {
			name = m[1]
		}
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			for _, c := range cuts(n) {
				at := src.fset.Position(c.from)
				sites = append(sites, Site{Function: name, File: file, Line: at.Line, Column: at.Column,
					Code: src.code(file, c.from, c.to), field: fn.Field, decl: decl, from: c.from, to: c.to, with: c.with(src.code(file, c.from, c.to))})
			}
			return true
		})
	}
	slices.SortStableFunc(sites, func(a, b Site) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.from, b.from))
	})
	return sites, nil
}

func (src *source) code(file string, from, to token.Pos) string {
	return string(src.text[file][src.offset(from):src.offset(to)])
}

func (src *source) offset(p token.Pos) int { return src.fset.Position(p).Offset }

// cut is a stretch of source and what deleting it leaves there.
type cut struct {
	from, to token.Pos
	with     func(code string) string
}

// cuts returns what can be deleted at a node: a barrier; a test that ends in a goto or a return, each alternative of it
// on its own; and each condition of those that a function returns together. What a deleted test would do is not done: a
// lock that is not tried is not taken.
func cuts(n ast.Node) []cut {
	switch n := n.(type) {
	case *ast.ExprStmt:
		if isBarrier(n.X) {
			return []cut{{n.Pos(), n.End(), func(string) string { return "reached()" }}}
		}
	case *ast.IfStmt:
		if n.Else == nil && leaves(n.Body) {
			return operands(n.Cond, token.LOR, func(code string) string { return "(reached() && (" + code + "))" })
		}
	case *ast.ReturnStmt:
		if len(n.Results) == 1 {
			if and, ok := n.Results[0].(*ast.BinaryExpr); ok && and.Op == token.LAND {
				return operands(and, token.LAND, func(code string) string { return "(!reached() || (" + code + "))" })
			}
		}
	}
	return nil
}

func operands(x ast.Expr, op token.Token, with func(string) string) []cut {
	if binary, ok := x.(*ast.BinaryExpr); ok && binary.Op == op {
		return append(operands(binary.X, op, with), operands(binary.Y, op, with)...)
	}
	return []cut{{x.Pos(), x.End(), with}}
}

// isBarrier reports whether x is a call of a barrier: c.SmpRmb and the like, which return nothing.
func isBarrier(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	return ok && strings.HasPrefix(selector.Sel.Name, "Smp")
}

// leaves reports whether a block ends in a goto or a return.
func leaves(block *ast.BlockStmt) bool {
	if len(block.List) == 0 {
		return false
	}
	switch last := block.List[len(block.List)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return last.Tok == token.GOTO
	}
	return false
}
