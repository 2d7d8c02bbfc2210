package axiom

import "slices"

// event is an Event of a path: which it is depends on the path alone, its value on what the reads of all threads see.
type event struct {
	tag             Tag
	loc             int
	val             *Expr // of a write
	addr, data      []int // reads of this thread that it depends on
	ctrl            []int
	secondHalfOfRmw bool // the first half is the event just before
}

// path is one way through a thread: branches, failures of RMWs and targets of pointers are guessed, and the guesses
// kept as expressions that must turn out not to be 0.
type path struct {
	thread  int
	events  []event
	guesses []*Expr
	regs    []*Expr
	ctrl    []int // reads that decide whether we are here
}

func (p path) clone() path {
	p.events = slices.Clone(p.events)
	p.guesses = slices.Clone(p.guesses)
	p.regs = slices.Clone(p.regs)
	p.ctrl = slices.Clone(p.ctrl)
	return p
}

func (p *path) guess(e *Expr) { p.guesses = append(p.guesses, e) }

// paths lists the ways through thread t.
func (p *Program) paths(t int) []path {
	p.resolve()
	regs := make([]*Expr, len(p.regs[t]))
	for i := range regs {
		regs[i] = value(0)
	}
	var out []path
	p.walk(p.Threads[t], path{thread: t, regs: regs}, func(q path) { out = append(out, q) })
	return out
}

// walk extends q by steps in all ways, and calls then with each.
func (p *Program) walk(steps []Step, q path, then func(path)) {
	if len(steps) == 0 {
		then(q)
		return
	}
	s, rest := &steps[0], steps[1:]
	next := func(q path) { p.walk(rest, q, then) }
	switch s.kind {
	case stepSet:
		q = q.clone()
		q.regs[s.dstReg] = s.x.inPath(q.regs)
		next(q)
	case stepIf:
		cond := s.x.inPath(q.regs)
		ctrl := q.ctrl
		after := func(q path) {
			q.ctrl = ctrl // a control dependency ends with the if statement
			next(q)
		}
		for _, taken := range []bool{true, false} {
			branch := q.clone()
			branch.ctrl = cond.reads(branch.ctrl)
			if taken {
				branch.guess(Op(cond, '!', 0))
				p.walk(s.then, branch, after)
			} else {
				branch.guess(Op(cond, '=', 0))
				p.walk(s.els, branch, after)
			}
		}
	case stepFence:
		q = q.clone()
		q.events = append(q.events, event{tag: s.tag, loc: -1})
		next(q)
	default:
		if s.locReg < 0 {
			p.access(s, s.locIdx, nil, q.clone(), next)
			return
		}
		pointer := q.regs[s.locReg]
		for loc := range p.locs {
			target := q.clone()
			target.guess(Op(pointer, '=', &Expr{op: 'c', c: uint64(address(loc))}))
			p.access(s, loc, pointer.reads(nil), target, next)
		}
	}
}

// access extends q by an access to loc, whose address depends on the reads addr.
func (p *Program) access(s *Step, loc int, addr []int, q path, next func(path)) {
	read := func(q *path, tag Tag) *Expr {
		q.events = append(q.events, event{tag: R | tag, loc: loc, addr: addr, ctrl: q.ctrl})
		return &Expr{op: 'e', n: len(q.events) - 1}
	}
	write := func(q *path, tag Tag, val *Expr) {
		q.events = append(q.events, event{tag: W | tag, loc: loc, val: val, addr: addr, data: val.reads(nil), ctrl: q.ctrl,
			secondHalfOfRmw: tag&(RMW|LKW) != 0})
	}
	set := func(q *path, val *Expr) {
		if s.dstReg >= 0 {
			q.regs[s.dstReg] = val
		}
	}
	switch s.kind {
	case stepRead:
		set(&q, read(&q, s.tag))
		next(q)
	case stepWrite:
		write(&q, s.tag, s.x.inPath(q.regs))
		next(q)
	case stepUnlock:
		write(&q, UL, value(0))
		next(q)
	case stepLock, stepTrylock:
		failed := q.clone()
		q.guess(Op(read(&q, LKR), '=', 0))
		write(&q, LKW, value(q.thread+1)) // the machine notes the owner
		set(&q, value(1))
		next(q)
		if s.kind == stepTrylock {
			failed.guess(Op(read(&failed, LF), '!', 0))
			set(&failed, value(0))
			next(failed)
		}
	case stepRMW:
		form := s.rmw
		var x, y *Expr
		if s.x != nil {
			x = s.x.inPath(q.regs)
		}
		if s.y != nil {
			y = s.y.inPath(q.regs)
		}
		failed := q.clone()
		old := read(&q, RMW|form.readTag)
		if form.succeeds != nil {
			q.guess(Op(form.succeeds(old, x, y), '!', 0))
			oldF := read(&failed, RMW|form.failTag)
			failed.guess(Op(form.succeeds(oldF, x, y), '=', 0))
			set(&failed, form.gives(oldF, oldF, value(0)))
			next(failed)
		}
		stored := form.stores(old, x, y)
		write(&q, RMW|form.writeTag, stored)
		set(&q, form.gives(old, stored, value(1)))
		next(q)
	}
}
