#!/usr/bin/env bash
# usage: scripts/cover.sh
#
# Runs the corpus, that is the seeds and what make corpus-min gathered, on every kernel, and shows what of mm and mm/sim it
# reaches: as HTML, and the functions that it does not reach at all.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$PWD/.fuzz/cover
rm -rf "$out"
mkdir -p "$out/profiles"
go test -c -covermode=set -coverpkg=./mm,./mm/sim -o "$out/fuzz.test" ./fuzz
targets=$("$out/fuzz.test" -test.list '^Fuzz')
kernels=$(go run ./scripts/mmfuzz kernels -json | sed -n 's/.*"name":"\([^"]*\)".*/\1/p')
cd fuzz
for kernel in $kernels; do
	# On a kernel with a bug, seeds that show it fail.
	"$out/fuzz.test" -test.run '^Fuzz' -kernel "$kernel" -test.coverprofile "$out/profiles/$kernel" >"$out/log" 2>&1 || true
	[ -s "$out/profiles/$kernel" ] || {
		cat "$out/log" >&2
		exit 1
	}
done
for t in $targets; do
	if [ -d "../.fuzz/corpus/$t" ]; then
		FUZZ_CORPUS_DIR=$PWD/../.fuzz/corpus/$t MMFUZZ_TARGET=$t "$out/fuzz.test" -test.run '^TestCorpusFolder$' \
			-test.coverprofile "$out/profiles/$t" >"$out/log" 2>&1 || tail -n 5 "$out/log"
	fi
done
cd ..
# A block is reached when it is in any of the profiles.
{
	echo "mode: set"
	cat "$out/profiles"/* | awk '!/^mode:/ { if ($3 > 0) hit[$1 " " $2] = 1; else hit[$1 " " $2] += 0 } END { for (b in hit) print b, hit[b] }' | sort
} >"$out/profile"
go tool cover -html="$out/profile" -o "$out/index.html"
go tool cover -func="$out/profile" >"$out/functions"
echo "functions that the corpus does not reach:"
awk '$NF == "0.0%" { print "  " $1, $2 }' "$out/functions"
tail -n 1 "$out/functions"
echo "every line: ${out#"$PWD/"}/index.html"
