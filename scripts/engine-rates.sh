#!/usr/bin/env bash
# usage: scripts/engine-rates.sh [INPUTS]
#
# Prints inputs and program runs per CPU-second of Go's fuzzer, of libFuzzer and of mmfuzz hunt: FuzzIsolateMovablePage on v6.2
# under sc, from the same seeds. CPU time is that of an engine with its workers, so that other users of the machine count for
# less. hunt has two rows: mutants of a seed, which are as long as the target's programs, and random programs, which are longer.
set -euo pipefail
cd "$(dirname "$0")/.."
inputs=${1:-20000} target=FuzzIsolateMovablePage kernel=v6.2 model=sc
seed=corpus/programs/$target/slab-life-and-back.txt
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

go build -o "$dir/mmfuzz" ./scripts/mmfuzz
go test -c -gcflags="$(go list -m)/...=-d=libfuzzer" -o "$dir/fuzz.test" ./fuzz
scripts/libfuzzer-build.sh $target "$dir/libfuzzer"
"$dir/mmfuzz" convert -from go -to raw corpus/$target -o "$dir/seeds"
mkdir -p "$dir/go/testdata/fuzz" "$dir/corpus"
cp -r corpus/$target "$dir/go/testdata/fuzz"
"$dir/mmfuzz" import -target $target -kernel $kernel -model $model "$dir/seeds/slab-life-and-back" >/dev/null 2>"$dir/log" || true
runs=$(sed -n 's/.*no bug in \([0-9]*\) runs/\1/p' "$dir/log")

# rate NAME INPUTS RUNS-PER-INPUT COMMAND... prints a row.
rate() {
	local name=$1 n=$2 per=$3 TIMEFORMAT='%U %S' cpu
	shift 3
	cpu=$({ time "$@" >"$dir/log" 2>&1 || cat "$dir/log" >&2; } 2>&1 | tail -n 1)
	awk -v name="$name" -v n="$n" -v per="$per" -v cpu="$cpu" 'BEGIN {
		split(cpu, t, " ")
		s = t[1] + t[2]
		printf "| %s | %d | %d | %d | %d |\n", name, n, per, n / s, n * per / s
	}'
}

native() { cd "$dir/go" && ../fuzz.test -test.run='^$' -test.fuzz="^$target\$" -test.fuzzcachedir="$dir/cache" \
	-test.fuzztime="${inputs}x" -test.fuzzminimizetime=0x -kernel $kernel -model $model; }

echo "| engine | inputs | runs an input | inputs per CPU-second | runs per CPU-second |"
echo "|---|---|---|---|---|"
rate "go test -fuzz" "$inputs" "$runs" native
rate libFuzzer "$inputs" "$runs" env MMFUZZ_KERNEL=$kernel MMFUZZ_MODEL=$model "$dir/libfuzzer" -runs="$inputs" "$dir/corpus" "$dir/seeds"
rate "hunt -mutate $(basename $seed)" $((inputs * 10)) 1 "$dir/mmfuzz" hunt -kernel $kernel -model $model -runs $((inputs * 10)) -mutate $seed
rate "hunt" $((inputs * 10)) 1 "$dir/mmfuzz" hunt -kernel $kernel -model $model -runs $((inputs * 10))
