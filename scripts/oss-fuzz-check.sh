#!/usr/bin/env bash
# usage: scripts/oss-fuzz-check.sh [FOLDER]
#
# Runs scripts/oss-fuzz/build.sh on a copy of the tree as OSS-Fuzz's base image runs it, as far as that goes without the
# image: its folders, environment and flags, once to fuzz and once for coverage. Then it looks at what OSS-Fuzz looks at: that
# each target starts, takes its seeds and its dictionary, and that coverage comes out. Last, each target is built the
# other way that OSS-Fuzz has, with the shim of compile_native_go_fuzzer, which comes through the Go module proxy. Exit
# status: 0; 1 when an output is missing or a target does not start; 2 when something is not installed.
set -euo pipefail
cd "$(dirname "$0")/.."
shim=github.com/AdamKorcz/go-118-fuzz-build@v0.0.0-20250520111509-a70c2aa677fa
for tool in clang++ zip unzip go; do
	if ! command -v "$tool" >/dev/null; then
		echo "no $tool: on Debian, apt-get install clang libfuzzer-14-dev libclang-rt-14-dev zip unzip golang" >&2
		exit 2
	fi
done

dir=${1:-}
if [ -z "$dir" ]; then
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
fi
export SRC=$dir/src WORK=$dir/work FUZZING_LANGUAGE=go FUZZING_ENGINE=libfuzzer ARCHITECTURE=x86_64
export CC=clang CXX=clang++ LIB_FUZZING_ENGINE=-fsanitize=fuzzer
flags="-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
mkdir -p "$SRC/mmfuzz" "$WORK" "$dir/corpus"
# What git would clone, with what is not committed yet.
git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -cf - -T - 2>/dev/null | tar -xf - -C "$SRC/mmfuzz"

die() {
	echo "FAILED: $*" >&2
	exit 1
}

# want FILE... fails when one is missing or empty.
want() {
	local file
	for file in "$@"; do
		[ -s "$file" ] || die "build.sh made no ${file#"$dir/"}"
	done
}

targets=$(go test -list '^Fuzz' ./fuzz | grep '^Fuzz')
snake() { sed 's/\([A-Z]\)/_\L\1/g; s/^_//' <<<"$1"; }

export OUT=$dir/out SANITIZER=address CFLAGS="$flags -fsanitize=address,fuzzer-no-link" CXXFLAGS="$flags -fsanitize=address,fuzzer-no-link"
mkdir -p "$OUT"
bash -eu "$SRC/mmfuzz/scripts/oss-fuzz/build.sh"
for target in $targets; do
	name=$(snake "$target")
	want "$OUT/$name" "$OUT/${name}_seed_corpus.zip" "$OUT/$name.dict" "$OUT/$name.options"
	[ -x "$OUT/$name" ] || die "$name is not executable"
	unzip -qo "$OUT/${name}_seed_corpus.zip" -d "$dir/corpus/$name"
	seeds=$(find "$dir/corpus/$name" -type f | wc -l)
	# As the runner does: elsewhere, in an environment that holds little.
	(
		cd "$dir"
		env -i PATH=/usr/bin:/bin "OUT=$OUT" "$OUT/$name" -runs=50 -max_len=4096 "-dict=$OUT/$name.dict" "$dir/corpus/$name"
	) >"$WORK/$name.log" 2>&1 || {
		tail -n 20 "$WORK/$name.log" >&2
		die "$name does not start, or finds a bug in its seeds"
	}
	grep -q 'INFO: Loaded 1 modules .*inline 8-bit counters' "$WORK/$name.log" || die "$name has no coverage counters"
	echo "$name: $seeds seeds, $(wc -l <"$OUT/$name.dict") words, starts"
done

export OUT=$dir/coverage SANITIZER=coverage CXXFLAGS=$flags CFLAGS=$flags
mkdir -p "$OUT"
bash -eu "$SRC/mmfuzz/scripts/oss-fuzz/build.sh"
for target in $targets; do
	name=$(snake "$target")
	want "$OUT/$name" "$OUT/$name.gocovpath"
	grep -q FUZZ_CORPUS_DIR "$OUT/$name" || die "$name is no fuzzer to the coverage runner, which looks for FUZZ_CORPUS_DIR"
	FUZZ_CORPUS_DIR=$dir/corpus/$name/ "$OUT/$name" -test.coverprofile "$WORK/$name.profdata" >"$WORK/$name.log" 2>&1 || {
		tail -n 20 "$WORK/$name.log" >&2
		die "$name gives no coverage"
	}
	sed -i "$(cat "$OUT/$name.gocovpath")" "$WORK/$name.profdata"
	grep -q "^$SRC/mmfuzz/mm/.* 1 [1-9]" "$WORK/$name.profdata" || die "$name reaches no code in mm"
	echo "$name: coverage of $(grep -c ' [1-9][0-9]*$' "$WORK/$name.profdata") blocks"
done

# In a copy, since the shim changes the source. Its framing is that of mmfuzz convert -to shim.
mkdir "$dir/shim"
cp -r "$SRC/mmfuzz" "$dir/shim/mmfuzz"
cd "$dir/shim/mmfuzz"
GOBIN=$dir/bin go install "$shim"
go get "${shim/@//testing@}"
for target in $targets; do
	name=$(snake "$target")
	"$dir/bin/go-118-fuzz-build" -o "$WORK/$name.a" -func "$target" ./fuzz >"$WORK/$name.log" 2>&1 || {
		tail -n 20 "$WORK/$name.log" >&2
		die "$target does not build with the shim"
	}
	# shellcheck disable=SC2086 # lists of flags
	clang++ $flags -fsanitize=fuzzer "$WORK/$name.a" -o "$dir/shim/$name"
	"$WORK/mmfuzz" convert -from raw -to shim "$dir/corpus/$name" -o "$dir/shim/$name.corpus"
	"$dir/shim/$name" -runs=1 "$dir/shim/$name.corpus" >"$WORK/$name.log" 2>&1 || {
		tail -n 20 "$WORK/$name.log" >&2
		die "$target does not start with the shim"
	}
	echo "$name: builds and starts with compile_native_go_fuzzer's shim"
done
