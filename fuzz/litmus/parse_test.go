package litmus_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mmfuzz/mmfuzz/fuzz/litmus"
	"github.com/mmfuzz/mmfuzz/mm/sim"
)

// in is a test with body as P0.
func in(body string) string {
	return "C t\n{}\nP0(int *x, int *y)\n{\n" + body + "\n}\nexists (x=1)\n"
}

// What is no litmus test is an error that says where.
func TestMalformedFiles(t *testing.T) {
	cases := []struct{ name, src, err string }{
		{"empty", "", `f:1: want "C name" on the first line`},
		{"no name", "C\n{}", `f:1: want "C name" on the first line`},
		{"some other text", "{ hello }\nworld\n", `f:1: want "C name" on the first line`},
		{"no initial state", "C t\nP0(int *x)\n", "f:3: no initial state: want {...}"},
		{"comment without end", "C t\n(* oh\n{}\n", "f:2: comment (* without *)"},
		{"C comment without end", in("/* oh"), "f:5: comment /* without */"},
		{"initial state without end", "C t\n{ x = 1", `f:2: found end of file: want ";"`},
		{"bad initial value", "C t\n{ x = }", `f:2: found "}": want a number or the name of a variable`},
		{"no process", "C t\n{}\nexists (x=1)", `f:3: found "exists": want a process, P0(...) {...}`},
		{"processes out of order", "C t\n{}\nP1(int *x) {}\nexists (x=1)", `f:3: found "P1": want P0`},
		{"parameter without type", "C t\n{}\nP0(x) {}\nexists (x=1)", `f:3: found "x": want a parameter, such as int *x`},
		{"parameter twice", "C t\n{}\nP0(int *x, int *x) {}\nexists (x=1)", "f:3: parameter x stands twice"},
		{"no body", "C t\n{}\nP0(int *x);\nexists (x=1)", `f:3: found ";": want the body of P0, {...}`},
		{"body without end", "C t\n{}\nP0(int *x) {\n", "f:4: P0 ends with the file: a } is missing"},
		{"no semicolon", in("WRITE_ONCE(*x, 1)"), `f:6: found "}": want ";"`},
		{"missing operand", in("int r0 = 1 +;"), `f:5: found ";": want an expression`},
		{"assignment to a value", in("1 = 2;"), "f:5: found = after what cannot be assigned to"},
		{"else alone", in("else x = 1;"), "f:5: else without if"},
		{"arguments missing", in("WRITE_ONCE(*x);"), "f:5: WRITE_ONCE has 1 arguments: want 2"},
		{"READ_ONCE of a register", in("int r0 = READ_ONCE(x);"), "f:5: READ_ONCE of what is no variable: want READ_ONCE(*x)"},
		{"number too big", in("int r0 = 99999999999999999999;"), `f:5: bad number "99999999999999999999"`},
		{"strange character", in("int r0 = \x01;"), `f:5: unexpected character '\x01'`},
		{"no condition", "C t\n{}\nP0(int *x) {}\n", "f:4: found end of file: want locations, filter, exists, ~exists or forall"},
		{"condition without end", "C t\n{}\nP0(int *x) {}\nexists (x=1", `f:4: found end of file: want ")"`},
		{"condition on no process", "C t\n{}\nP0(int *x) {}\nexists (1:r0=1)", "f:4: register r0 of P1, which is not there"},
		{"text after the condition", "C t\n{}\nP0(int *x) {}\nexists (x=1) oh", `f:4: found "oh" after the condition`},
		{"locations without end", "C t\n{}\nP0(int *x) {}\nlocations [x", "f:4: locations without ]"},
		{"register of no process", "C t\n{ 3:r1=0; }\nP0(int *x) {}\nexists (x=1)", "f:4: the initial state has a register of P3, which is not there"},
		{"nested too deep", in("int r0 = " + strings.Repeat("(", 1000) + "1"), "f:5: nested more than 500 deep"},
		{"bad expectation", "C t\n(* Expect: lkmm Maybe 3 *)\n{}\n", `f:2: expected "lkmm Maybe 3 *)": want such as lkmm Never 3`},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := litmus.Parse("f", []byte(tc.src))
			require.EqualError(t, err, tc.err)
		})
	}
}

// What cannot be run is no error but has a reason.
func TestUnsupported(t *testing.T) {
	processes := ""
	for i := 0; i <= sim.MaxCPUs; i++ {
		processes += "P" + string(rune('0'+i)) + "(int *x) { WRITE_ONCE(*x, 1); }\n"
	}
	cases := []struct{ name, src, reason string }{
		{"another architecture", "AArch64 t\n{}\n", `architecture "AArch64"`},
		{"a loop", in("while (1) {}"), "loop (while)"},
		{"a register that is not there", "C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (0:r9=1)", "register r9 of P0 in the condition, which is nowhere else"},
		{"a variable that is not there", "C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (y=1)", "variable y in the condition, which is nowhere else"},
		{"goto", in("goto out;"), "goto"},
		{"SRCU", in("int r0 = srcu_read_lock(x);"), "srcu_read_lock"},
		{"an unknown primitive", in("kfree(x);"), "kfree"},
		{"an order that there is not", in("atomic_inc_release(x);"), "atomic_inc_release"},
		{"herd's own words", in("__fence{mb};"), "__fence"},
		{"logical operators", in("int r0 = READ_ONCE(*x) && 1;"), "operator &&"},
		{"address operator", in("spin_lock(&x);"), "operator &"},
		{"compound assignment", in("int r0 = 0; r0 += 1;"), "operator +="},
		{"array", "C t\n{ int x[2]; }\nP0(int *x) {}\nexists (x=1)", "array"},
		{"parameter by value", "C t\n{}\nP0(int x) {}\nexists (x=1)", "parameter x that is no pointer"},
		{"too many processes", "C t\n{}\n" + processes + "exists (x=1)", "more than 8 processes"},
		{"no variable at the address", in("int *r0; WRITE_ONCE(*r0, 1);"), "access to what is no variable"},
		{"between variables", in("WRITE_ONCE(*(x + 1), 1);"), "access to what is no variable"},
		{"division by zero", in("int r0 = 1 / READ_ONCE(*x);"), "division by zero"},
		{"a lock used as data", in("spin_lock(x); WRITE_ONCE(*x, 1);"), "x is a spinlock and is accessed otherwise too"},
		{"unlock of a free lock", in("spin_unlock(x);"), "spin_unlock: lock is not held by this CPU"},
		{"a section without end", in("rcu_read_lock();"), "rcu_read_lock: read-side critical section never ended"},
		{"more than the window", strings.Replace(in(strings.Repeat("WRITE_ONCE(*x, 1);", 600)), "exists", "P1(int *y) { WRITE_ONCE(*y, 1); }\nexists", 1), "more accesses, or stores to one variable, than the machine looks back on"},
	}
	r := litmus.NewRunner()
	t.Cleanup(r.Close)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			test, err := litmus.Parse("f", []byte(tc.src))
			require.NoError(t, err)
			res := r.Run(test, sim.LKMM, 1000)
			require.Equal(t, litmus.NotSupported, res.Verdict)
			require.Equal(t, tc.reason, res.Reason)
		})
	}
}

func TestLimit(t *testing.T) {
	src := "C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { int r0 = READ_ONCE(*x); }\nexists (1:r0=1)"
	test, err := litmus.Parse("f", []byte(src))
	require.NoError(t, err)
	r := litmus.NewRunner()
	t.Cleanup(r.Close)
	require.Equal(t, "Observation t Sometimes 1 1", test.Observation(r.Run(test, sim.LKMM, 2)))
	require.Equal(t, "Observation t Unsupported (more than 1 executions)", test.Observation(r.Run(test, sim.LKMM, 1)))
}

// What the dialect has beyond what our own files show.
func TestDialect(t *testing.T) {
	cases := []struct{ name, src, observation string }{
		{"text before the initial state", "C t\n\"PodWW Rfe\"\nGenerator=diy\n(* a (* nested *) comment *)\n{}\nP0(int *x) // first\n{ WRITE_ONCE(*x, 1); }\nexists x=1;\n(* the end *)\n",
			"Observation t Always 1 0"},
		{"initial values", "C t\n{ int x = 3; atomic_t v = ATOMIC_INIT(-2); int *p = &x; q = p; [z]=0x10; int 0:r1 = 5; 0:r2 = z; }\nP0(int **p, int ***q) { int *r0 = READ_ONCE(*p); int r3 = READ_ONCE(*r0); int **r4 = READ_ONCE(*q); }\n" +
			"exists (x=3 /\\ v=-2 /\\ p=x /\\ q=&p /\\ [z]=16 /\\ 0:r1=5 /\\ 0:r2=z /\\ 0:r3=3 /\\ 0:r4=p)",
			"Observation t Always 1 0"},
		{"expressions", in("int r0 = (2 + 3 * 4 == 14) + (7 & 3 | 8 ^ 1); int r1 = -r0 / 2; int r2 = !r1 + (r1 < 0) + (~0 == -1); *x = (r0 != 12) + (r1 >= -6) - (r2 <= 1) - (r2 > 5);"),
			"Observation t Always 1 0"},
		{"casts", "C t\n{ intptr_t *x = &u; }\nP0(intptr_t *x) { intptr_t r0 = (intptr_t)rcu_dereference(*(intptr_t **)x); WRITE_ONCE(*(intptr_t *)r0, 1); (void)READ_ONCE(*x); }\nexists (u=1 /\\ 0:r0=u)",
			"Observation t Always 1 0"},
		{"registers on both sides", "C t\n{}\nP0(int *x) { int r0 = READ_ONCE(*x); int r1 = 1; int r2 = 0; }\nexists (0:r0=0:r2 /\\ 0:r0 != 0:r1)", "Observation t Always 1 0"},
		{"if and else", in("if (READ_ONCE(*y) == 1) WRITE_ONCE(*x, 2); else if (1) { WRITE_ONCE(*x, 1); } else { WRITE_ONCE(*x, 3); }"),
			"Observation t Always 1 0"},
		{"implication, truth and not", "C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nforall (x=1 => not x=2 /\\ true \\/ false) ", "Observation t Always 1 0"},
		{"filter", "C t\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { int r0 = READ_ONCE(*x); }\nlocations [x; 1:r0]\nfilter (1:r0 != 1)\nexists (1:r0=0 /\\ P1:r0<>1)",
			"Observation t Always 1 0"},
		{"a lock held at the end", "C t\n{}\nP0(spinlock_t *l) { spin_lock(l); }\nexists (l=1)", "Observation t Always 1 0"},
		{"no execution ends", "C t\n{}\nP0(spinlock_t *l) { spin_lock(l); spin_lock(l); }\nexists (l=1)", "Observation t Never 0 0"},
		{"grace period in a section", in("rcu_read_lock(); synchronize_rcu(); rcu_read_unlock();"), "Observation t Never 0 0"},
	}
	r := litmus.NewRunner()
	t.Cleanup(r.Close)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			test, err := litmus.Parse("f", []byte(tc.src))
			require.NoError(t, err)
			require.Equal(t, tc.observation, test.Observation(r.Run(test, sim.LKMM, 1000)))
		})
	}
}
