#!/usr/bin/env bash
# usage: scripts/fuzz-ratio.sh [INPUTS]
#
# Prints program runs per CPU-second under Go's fuzzer, built as plain go test -fuzz builds it, and how many times that is
# the executions per CPU-second of an empty target. The two take turns, so that a machine which is now fast and now slow
# is so for both, and each turn begins with an empty cache: how long the programs are that the fuzzer comes to keep differs
# much from one to the next. CPU time is that of the fuzzer with its workers: other users of the machine count for less.
set -euo pipefail
cd "$(dirname "$0")/.."
turns=6
inputs=${1:-12000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# build PACKAGE TARGET
build() {
	mkdir -p "$dir/$2"
	go test -c -fuzz="^$2\$" -o "$dir/$2/test" "$1"
}

# turn TARGET INPUTS prints the CPU-seconds that so many executions take, from an empty cache and without seeds.
turn() {
	local TIMEFORMAT='%U %S'
	rm -rf "${dir:?}/$1/cache" "$dir/$1/testdata"
	(
		cd "$dir/$1"
		# shellcheck disable=SC2065 # ./test is a program
		time ./test -test.run='^$' -test.fuzz="^$1\$" -test.fuzztime="$2x" -test.fuzzminimizetime=0x \
			-test.fuzzcachedir="$dir/$1/cache" >"$dir/$1/log" 2>&1
	) 2>&1
}

build ./scripts/emptyfuzz FuzzEmpty
build ./fuzz FuzzIsolateMovablePage
runs=$(go test ./fuzz -count=1 -run '^TestRunsPerInput$' -v | sed -n 's/.*runs per input: \([0-9]*\).*/\1/p')
for ((i = 0; i < turns; i++)); do
	empty=$(turn FuzzEmpty $((20 * inputs / turns)))
	programs=$(turn FuzzIsolateMovablePage $((inputs / turns)))
	printf 'empty %s\nprograms %s\n' "$empty" "$programs"
done | awk -v n="$((inputs / turns * turns))" -v r="$runs" '
	{ t[$1] += $2 + $3 }
	END {
		e = 20 * n / t["empty"]
		i = n / t["programs"]
		printf "empty target: %d executions per CPU-second\n", e
		printf "FuzzIsolateMovablePage: %d executions per CPU-second of %d program runs: %d runs\n", i, r, i * r
		printf "ratio: %.2f\n", i * r / e
	}'
