package fuzz

import (
	"slices"
	"strings"

	"github.com/mmfuzz/mmfuzz/mm"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// Subject is a kernel under a memory model.
type Subject struct {
	Kernel string
	Model  sim.Model
	expect mm.Expect
	// Also are the titles of other bugs that the kernel is known to have.
	Also []string
	// only, if not "", is the title of the one bug that is a finding.
	only string
}

// Expect returns the title of the bug that is expected with that allocator, "" when the kernel is expected to be clean.
func (s *Subject) Expect(allocator string) string { return s.expect.Of(allocator, s.Model) }

// reports says whether a bug of that title is a finding. On a kernel that is expected to have one, the bug itself is, and
// any that is of another class and not known; what is another face of the expected bug would only stand before it.
func (s *Subject) reports(allocator, title string) bool {
	if s.only != "" {
		return title == s.only
	}
	if slices.Contains(s.Also, title) {
		return false
	}
	expect := s.Expect(allocator)
	return title == expect || !sameBug(title, expect)
}

// CleanSubjects returns the kernels that are expected to be free of bugs with all allocators, under each model for which
// they are.
func CleanSubjects() []Subject {
	return slices.DeleteFunc(AllSubjects(), func(s Subject) bool { return !s.expect.Clean(s.Model) })
}

// AllSubjects returns every kernel under every model.
func AllSubjects() []Subject {
	var subjects []Subject
	for _, k := range mm.Kernels() {
		for _, m := range sim.Models() {
			subjects = append(subjects, Subject{Kernel: k.Name, Model: m, expect: k.Expect, Also: k.Also})
		}
	}
	return subjects
}

// Subjects returns one kernel under one model. An empty model is every model; an empty kernel is every kernel expected to
// be clean.
func Subjects(kernel, model string) ([]Subject, error) {
	models := sim.Models()
	if model != "" {
		m, err := sim.ParseModel(model)
		if err != nil {
			return nil, err
		}
		models = []sim.Model{m}
	}
	var subjects []Subject
	if kernel == "" {
		for _, s := range CleanSubjects() {
			if model == "" || s.Model == models[0] {
				subjects = append(subjects, s)
			}
		}
		return subjects, nil
	}
	k, err := mm.FindKernel(kernel)
	if err != nil {
		return nil, err
	}
	for _, m := range models {
		subjects = append(subjects, Subject{Kernel: k.Name, Model: m, expect: k.Expect, Also: k.Also})
	}
	return subjects, nil
}

// Expected says whether p's bug is one that the table of kernels expects: the expected one, another face of it, or one that
// the kernel is known to have besides.
func Expected(p *Program) bool {
	k, err := mm.FindKernel(p.Kernel)
	if err != nil {
		return false
	}
	if slices.Contains(k.Also, p.Bug) {
		return true
	}
	expect := k.Expect.Of(p.Config.Alloc(), p.Model)
	isSame := func(known string) bool { return sameBug(p.Bug, known) }
	return expect != "" && (isSame(expect) || slices.ContainsFunc(k.Faces, isSame))
}

// sameBug reports whether a title is the expected one or another face of it: one of its class, which is the title without
// what stands in brackets at the end, or, where isolation follows what is on mapping, what comes of locking such a page.
func sameBug(title, expect string) bool {
	return expect != "" && (bugClass(title) == bugClass(expect) || bugClass(expect) == wildOps && slices.Contains(mm.StrayLock(), title))
}

func bugClass(title string) string {
	class, _, _ := strings.Cut(title, " (")
	return class
}
