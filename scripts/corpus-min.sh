#!/usr/bin/env bash
# usage: scripts/corpus-min.sh
#
# Gathers what libFuzzer, Go's fuzzer and soaks kept, with the seeds, and merges it by coverage into .fuzz/corpus: of each
# target what together reaches all that the whole reaches, and nothing that adds nothing. Says which seeds add nothing to the
# rest; those stay in corpus/, where each shows somebody something.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v "${CXX:-clang}" >/dev/null; then
	echo "no ${CXX:-clang}: on Debian, apt-get install clang libfuzzer-14-dev libclang-rt-14-dev" >&2
	exit 2
fi
fuzz=$PWD/.fuzz
work=$fuzz/corpus-min
rm -rf "$work"
mkdir -p "$work" "$fuzz/corpus" "$fuzz/libfuzzer"
go build -o "$fuzz/mmfuzz" ./scripts/mmfuzz

for t in $(go test -list '^Fuzz' ./fuzz | grep '^Fuzz'); do
	scripts/libfuzzer-build.sh "$t" "$fuzz/libfuzzer/$t"
	mkdir "$work/$t" "$work/$t.new" "$work/$t.seeds"
	if [ "$t" = FuzzLitmus ]; then
		cp mm/sim/testdata/litmus/*.litmus "$work/$t.seeds"
	else
		"$fuzz/mmfuzz" convert -from go -to raw "corpus/$t" -o "$work/$t.seeds"
	fi
	# Go's fuzzer names a file for what is in it: those of several caches do not collide.
	for dir in "$fuzz"/soak/*/cache/"$t" "$fuzz/run/$t/cache/$t"; do
		if [ -d "$dir" ]; then
			"$fuzz/mmfuzz" convert -f -from go -to raw "$dir" -o "$work/$t" || true # one may have been cut off by a kill
		fi
	done
	for dir in "$fuzz/corpus/$t" "$fuzz/libfuzzer/run/$t.corpus"; do
		if [ -d "$dir" ]; then
			find "$dir" -type f -exec cp -t "$work/$t" {} +
		fi
	done
	"$fuzz/libfuzzer/$t" -merge=1 "$work/$t.new" "$work/$t.seeds" "$work/$t" >"$work/$t.log" 2>&1
	echo "$t: kept $(find "$work/$t.new" -type f | wc -l) of $(find "$work/$t.seeds" "$work/$t" -type f | wc -l) inputs"

	# libFuzzer names what it keeps for its SHA-1.
	for seed in "$work/$t.seeds"/*; do
		if [ ! -e "$work/$t.new/$(sha1sum <"$seed" | cut -d ' ' -f 1)" ]; then
			echo "  adds nothing to the rest: $(basename "$seed")"
		fi
	done >"$work/$t.idle"
	if [ -s "$work/$t.idle" ]; then
		echo "  $(wc -l <"$work/$t.idle") of $(find "$work/$t.seeds" -type f | wc -l) seeds add nothing to the rest: ${work#"$PWD/"}/$t.idle"
	fi
	rm -rf "$fuzz/corpus/$t"
	mv "$work/$t.new" "$fuzz/corpus/$t"
done
