#!/usr/bin/env bash
# usage: scripts/fuzz-ratio.sh [TIME]
#
# Prints program runs a second under plain go test -fuzz, and how many times that is the executions a second of an empty
# target, run for as long right before it.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-20s}

# rate PACKAGE TARGET prints executions a second from an empty cache.
rate() {
	local cache
	cache=$(mktemp -d)
	go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$time" -fuzzminimizetime 0x -test.fuzzcachedir="$cache" 2>&1 |
		sed -n 's/^fuzz: elapsed: \([0-9]*\)s, execs: \([0-9]*\) .*/\1 \2/p' |
		awk '$1 > 0 { t = $1; n = $2 } END { print int(n / t) }'
	rm -rf "$cache"
}

empty=$(rate ./scripts/emptyfuzz FuzzEmpty)
inputs=$(rate ./fuzz FuzzIsolateMovablePage)
runs=$(go test ./fuzz -count=1 -run '^TestRunsPerInput$' -v | sed -n 's/.*runs per input: \([0-9]*\).*/\1/p')
awk -v e="$empty" -v i="$inputs" -v r="$runs" 'BEGIN {
	printf "empty target: %d executions/s\n", e
	printf "FuzzIsolateMovablePage: %d executions/s of %d program runs: %d runs/s\n", i, r, i * r
	printf "ratio: %.1f\n", i * r / e
}'
