#!/usr/bin/env bash
# usage: scripts/find-rate.sh [-n TRIES] [-t SECONDS] [-m MODEL] [-a ALLOCATOR] [-f TARGET] [-b TITLE] [KERNEL...]
#
# How often, and how soon, does Go's native fuzzer find the bug that a kernel is expected to have, from nothing: an empty
# cache and no seeds? Prints a row of a Markdown table for each kernel: in how many of the tries, and the CPU time of the
# median and of the slowest that did. Without kernels: all that are expected to have a bug under the model, which is sc
# unless -m says another, with the allocator, which is slub unless -a says another; with -a, all inputs run with that one.
# -f is for a target other than FuzzIsolateMovablePage, and -b for a bug that is known besides, such
# as those of FuzzReaders. Exit status 1 if one is found in fewer than 9 of 10.
set -euo pipefail
cd "$(dirname "$0")/.."
tries=10 seconds=60 model=sc target=FuzzIsolateMovablePage bug='' alloc=''
while getopts n:t:m:a:f:b: option; do
	case $option in
	n) tries=$OPTARG ;;
	t) seconds=$OPTARG ;;
	m) model=$OPTARG ;;
	a) alloc=$OPTARG ;;
	f) target=$OPTARG ;;
	b) bug=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
case $model in
sc | tso | lkmm) ;;
*)
	echo "no memory model is called $model: want sc, tso or lkmm" >&2
	exit 2
	;;
esac
if ! [[ $tries =~ ^[1-9][0-9]*$ && $seconds =~ ^[1-9][0-9]*$ ]]; then
	echo "$tries tries of $seconds seconds: want whole numbers, 1 or more" >&2
	exit 2
fi

module=$(go list -m)
out=$PWD/.fuzz/find-rate
rm -rf "$out"
mkdir -p "$out"
go build -o "$out/mmfuzz" ./scripts/mmfuzz
go test -c -gcflags="$module/mm=-d=libfuzzer" -o "$out/fuzz.test" ./fuzz
"$out/mmfuzz" kernels -json >"$out/kernels.json"
if [ $# -eq 0 ]; then
	# shellcheck disable=SC2046 # a list of words
	set -- $(grep "\"${alloc:-slub}\":{[^}]*\"$model\":\"[^\"]" "$out/kernels.json" | sed 's/.*"name":"\([^"]*\)".*/\1/')
fi

# try KERNEL runs the fuzzer once: its CPU seconds go to the file seconds, what it found to the file title.
try() {
	rm -rf "$out/run"
	mkdir "$out/run"
	(
		cd "$out/run"
		"$out/fuzz.test" -test.run='^$' -test.fuzz="^$target\$" -test.fuzzcachedir="$out/run/cache" \
			-test.fuzztime="${seconds}s" -test.fuzzminimizetime=0 -kernel="$1" -model="$model" -alloc="$alloc" -bug="$bug" >log 2>&1 || true
		times >"time"
	)
	# The second line is that of the children: 0m1.234s 0m0.056s.
	sed -n 2p "$out/run/time" | tr 'ms' '  ' | awk '{print 60 * $1 + $2 + 60 * $3 + $4}' >"$out/run/seconds"
	sed -n "s/^ *\(targets_test.go:[0-9]*: \)\?\(.*\) on $1 under .*/\2/p" "$out/run/log" | head -n 1 >"$out/run/title"
}

status=0
echo "| kernel | allocator | model | bug | found | median | slowest |"
echo "|---|---|---|---|---|---|---|"
for kernel; do
	found=0
	: >"$out/seconds"
	: >"$out/titles"
	for _ in $(seq "$tries"); do
		try "$kernel"
		if [ -s "$out/run/title" ]; then
			found=$((found + 1))
			cat "$out/run/seconds" >>"$out/seconds"
			cat "$out/run/title" >>"$out/titles"
		fi
	done
	if [ $((found * 10)) -lt $((tries * 9)) ]; then
		status=1
	fi
	sort -n "$out/seconds" >"$out/sorted"
	if [ "$found" -eq 0 ]; then
		echo "| $kernel | ${alloc:-any} | $model | | 0 of $tries | | |"
		continue
	fi
	echo "| $kernel | ${alloc:-any} | $model | $(sort "$out/titles" | uniq -c | sort -rn | sed 's/^ *[0-9]* //' | paste -sd';') | $found of $tries |" \
		"$(sed -n "$(((found + 1) / 2))p" "$out/sorted") s | $(tail -n 1 "$out/sorted") s |"
done
exit "$status"
