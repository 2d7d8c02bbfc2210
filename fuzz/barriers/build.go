package barriers

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
)

const modulePath = "github.com/mmfuzz/mmfuzz"

// Program is mmfuzz with a kernel more for each site, the kernel without it.
type Program struct {
	Kernel string
	Sites  []Site
	binary string
	folder string
}

// Root returns the folder of the source tree that the working directory is in.
func Root() (string, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return "", errors.New("no go on PATH: what is left when something is deleted must be compiled")
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Dir}}").Output()
	name, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err != nil || name != modulePath {
		return "", errors.New("not in the source tree of " + modulePath + ": run it there, as it deletes from the source")
	}
	return dir, nil
}

// Build finds the sites of a kernel in the source tree and makes a program with all that can be deleted deleted, each
// from a kernel of its own.
func Build(root, kernel string) (*Program, error) {
	k, err := mm.FindKernel(kernel)
	if err != nil {
		return nil, err
	}
	src, err := readSource(root)
	if err != nil {
		return nil, err
	}
	p := &Program{Kernel: kernel}
	if p.Sites, err = src.sites(k.Functions()); err != nil {
		return nil, err
	}
	table, text, err := src.table()
	if err != nil {
		return nil, err
	}
	if p.folder, err = os.MkdirTemp("", "mmfuzz-barriers-*"); err != nil {
		return nil, err
	}
	overlay := map[string]string{}
	for name, text := range map[string]string{table: text, mmFolder + "/kernel_without.go": src.without(p)} {
		file := filepath.Join(p.folder, path.Base(name))
		overlay[filepath.Join(root, name)] = file
		err = errors.Join(err, os.WriteFile(file, []byte(text), 0o600))
	}
	list, _ := json.Marshal(map[string]any{"Replace": overlay}) // strings alone: no error
	overlayFile := filepath.Join(p.folder, "overlay.json")
	err = errors.Join(err, os.WriteFile(overlayFile, list, 0o600))
	p.binary = filepath.Join(p.folder, "mmfuzz")
	if err == nil {
		build := exec.Command("go", "build", "-overlay", overlayFile, "-o", p.binary, "./scripts/mmfuzz")
		build.Dir = root
		if out, failed := build.CombinedOutput(); failed != nil {
			err = fmt.Errorf("what is left does not build: %s", out)
		}
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close removes the program.
func (p *Program) Close() { os.RemoveAll(p.folder) }

// kernelWithout is the name of the kernel that lacks a site.
func (p *Program) kernelWithout(s *Site) string {
	return fmt.Sprintf("%s-without-%s:%d:%d", p.Kernel, path.Base(s.File), s.Line, s.Column)
}

// table returns the file that has the table of kernels, with more at its end: those of kernelsWithout.
func (src *source) table() (file, text string, err error) {
	file, decl := src.find("Kernels")
	if decl != nil && len(decl.Body.List) == 1 {
		if ret, ok := decl.Body.List[0].(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
			x := ret.Results[0]
			text := src.code(file, src.files[file].FileStart, x.Pos()) + "append(" + src.code(file, x.Pos(), x.End()) +
				", kernelsWithout()...)" + src.code(file, x.End(), src.files[file].FileEnd)
			return file, text, nil
		}
	}
	return "", "", errors.New("no table of kernels in " + mmFolder + ": the source tree is not that of this program")
}

// without returns a file with the functions that lack a site, and the kernels that have these functions.
func (src *source) without(p *Program) string {
	var functions, rows strings.Builder
	imports := map[string]bool{`"os"`: true, `"sync"`: true}
	for i := range p.Sites {
		s := &p.Sites[i]
		embedded, receiver := "", ""
		if s.decl.Recv != nil {
			of := s.decl.Recv.List[0]
			embedded = src.code(s.File, of.Type.Pos(), of.Type.End())
			if len(of.Names) > 0 {
				receiver = of.Names[0].Name + " "
			}
		}
		fmt.Fprintf(&functions, "\ntype without%d struct{ %s }\n\nfunc (%swithout%d) %s%s%s\n", i, embedded, receiver, i,
			src.code(s.File, s.decl.Name.Pos(), s.from), s.with, src.code(s.File, s.to, s.decl.End()))
		fmt.Fprintf(&rows, "\t\t{Name: %q, Parent: %q, Changes: %q, Source: %q, %s: without%d{}.%s},\n",
			p.kernelWithout(s), p.Kernel, "without "+oneLine(s.Code), s.Where(), s.field, i, s.decl.Name.Name)
		for _, spec := range usedImports(src.files[s.File], s.decl) {
			imports[spec] = true
		}
	}
	var b strings.Builder
	b.WriteString("package mm\n\n")
	for _, spec := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&b, "import %s\n", spec)
	}
	fmt.Fprintf(&b, "%s\n%s\nfunc kernelsWithout() []*Kernel {\n\treturn []*Kernel{\n%s\t}\n}\n", reached, functions.String(), rows.String())
	return b.String()
}

// reached stands where something was deleted: it is false, and says on standard error that a run came there.
const reached = `
var reachedOnce sync.Once

func reached() bool {
	reachedOnce.Do(func() { os.Stderr.WriteString("` + reachedNote + `\n") })
	return false
}
`

const reachedNote = "reached"

// usedImports returns the imports of a file that a function of it uses.
func usedImports(file *ast.File, decl *ast.FuncDecl) []string {
	used := map[string]bool{}
	ast.Inspect(decl, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := selector.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
		return true
	})
	var specs []string
	for _, spec := range file.Imports {
		if used[path.Base(strings.Trim(spec.Path.Value, `"`))] {
			specs = append(specs, spec.Path.Value)
		}
	}
	return specs
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
