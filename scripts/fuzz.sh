#!/usr/bin/env bash
# usage: scripts/fuzz.sh TARGET|all TIME KERNEL [MODEL]
#
# Runs Go's native fuzzer from nothing: an empty cache and no seeds. What it finds is minimised, kept in .fuzz/, shown as
# a table, and tried on every kernel. Exit status: 0 when nothing was found on a kernel that is expected to be clean, or
# a bug that is expected of this one; 1 for any other finding; 3 when the bug of a kernel was not found in the time.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$1 time=$2 kernel=$3 model=$4

module=$(go list -m)
out=$PWD/.fuzz
rm -rf "$out/run"
mkdir -p "$out/run"
go build -o "$out/mmfuzz" ./scripts/mmfuzz
# Coverage counters in the simulated kernel alone: those of the machine and of the harness cost most and say little.
go test -c -gcflags="$module/mm=-d=libfuzzer" -o "$out/fuzz.test" ./fuzz
"$out/mmfuzz" kernels -json >"$out/kernels.json"
if ! grep -qF "\"name\":\"$kernel\"" "$out/kernels.json"; then
	echo "no kernel is called $kernel" >&2
	exit 2
fi

all=$("$out/fuzz.test" -test.list '^Fuzz' | tr '\n' ' ')
case " $all all " in
*" $target "*) ;;
*)
	echo "no target is called $target: want all, or one of $all" >&2
	exit 2
	;;
esac
case $model in
"" | sc | tso | lkmm) ;;
*)
	echo "no memory model is called $model: want sc, tso or lkmm" >&2
	exit 2
	;;
esac
if ! [[ $time =~ ^[1-9][0-9]*([smh]|x)$ ]]; then
	echo "no time is $time: want such as 30s, 5m or 1000x, which is how many inputs" >&2
	exit 2
fi
targets=$target
if [ "$target" = all ]; then
	targets=$all
fi

# fuzz TARGET runs one target and returns 1 if it found something.
fuzz() {
	mkdir -p "$out/run/$1"
	local status=0
	# Minimising is for our own shrinker: Go's takes any failure for the same one, and stalls the search.
	(cd "$out/run/$1" && "$out/fuzz.test" -test.run='^$' -test.fuzz="^$1\$" -test.fuzzcachedir="$out/run/$1/cache" \
		-test.fuzztime="$time" -test.fuzzminimizetime=0 -kernel="$kernel" -model="$model") >"$out/run/$1.log" 2>&1 || status=$?
	sed -n '/^fuzz: elapsed/p' "$out/run/$1.log"
	if [ "$status" -ne 0 ] && [ ! -d "$out/run/$1/testdata" ]; then
		# golang/go 75804: the end of the time can look like a failure.
		if grep -q 'context deadline exceeded' "$out/run/$1.log"; then
			return 0
		fi
		cat "$out/run/$1.log"
		exit 1
	fi
	return "$status"
}

status=0 found=
for t in $targets; do
	echo "== $t on $kernel${model:+ under $model}, from nothing, for $time"
	if fuzz "$t"; then
		continue
	fi
	found=yes
	crasher=$(find "$out/run/$t/testdata" -type f | head -n 1)
	crash=$out/$t-$kernel.txt
	case $t in
	FuzzIsolateMovablePage | FuzzCompaction) ;;
	*)
		# These hold the kernel to a rule of their own: their message says what broke it.
		sed -n '/^ *--- FAIL/,/Failing input written/p' "$out/run/$t.log"
		status=1
		continue
		;;
	esac
	if "$out/mmfuzz" import -target "$t" -kernel "$kernel" -model "$model" -o "$crash" -f "$crasher"; then
		verdict="found, as expected"
	else
		verdict="found, and not expected of $kernel"
		status=1
	fi
	echo
	cat "$crash"
	echo
	# Which kernels have it, what introduced it, what fixed it. Its exit status is not the finding's.
	"$out/mmfuzz" bisect -limit 100000 "$crash" || true
	echo "crash file: ${crash#"$PWD"/} (to keep it in crashers/, if it is new there: make triage)"
	echo "$verdict"
done

if [ -z "$found" ]; then
	if [[ " $targets " =~ \ Fuzz(IsolateMovablePage|Compaction)\  ]] &&
		grep -F "\"name\":\"$kernel\"" "$out/kernels.json" | grep -q "\"${model:-\(sc\|tso\|lkmm\)}\":\"[^\"]"; then
		echo "nothing found, though $kernel has a bug: give it more time"
		exit 3
	fi
	echo "nothing found"
fi
exit "$status"
