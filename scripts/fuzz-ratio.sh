#!/usr/bin/env bash
# usage: scripts/fuzz-ratio.sh [INPUTS]
#
# Prints program runs per CPU-second under Go's fuzzer, built as plain go test -fuzz builds it, and how many times that is
# the executions per CPU-second of an empty target, run right before it. CPU time is that of the fuzzer with its workers:
# other users of the machine count for less in it.
set -euo pipefail
cd "$(dirname "$0")/.."
inputs=${1:-10000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# rate PACKAGE TARGET INPUTS prints executions per CPU-second, from an empty cache and without seeds.
rate() {
	local TIMEFORMAT='%U %S'
	mkdir -p "$dir/$2"
	go test -c -fuzz="^$2\$" -o "$dir/$2/test" "$1"
	(
		cd "$dir/$2"
		# shellcheck disable=SC2065 # ./test is a program
		time ./test -test.run='^$' -test.fuzz="^$2\$" -test.fuzztime="$3x" -test.fuzzminimizetime=0x \
			-test.fuzzcachedir="$dir/$2/cache" >"$dir/$2/log" 2>&1
	) 2>&1 | awk -v n="$3" '{ print n / ($1 + $2) }'
}

empty=$(rate ./scripts/emptyfuzz FuzzEmpty $((20 * inputs)))
programs=$(rate ./fuzz FuzzIsolateMovablePage "$inputs")
runs=$(go test ./fuzz -count=1 -run '^TestRunsPerInput$' -v | sed -n 's/.*runs per input: \([0-9]*\).*/\1/p')
awk -v e="$empty" -v i="$programs" -v r="$runs" 'BEGIN {
	printf "empty target: %d executions per CPU-second\n", e
	printf "FuzzIsolateMovablePage: %d executions per CPU-second of %d program runs: %d runs\n", i, r, i * r
	printf "ratio: %.2f\n", i * r / e
}'
