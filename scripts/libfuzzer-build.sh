#!/usr/bin/env bash
# usage: scripts/libfuzzer-build.sh TARGET FILE [KERNEL [MODEL]]
#
# Builds a fuzz target as a libFuzzer program. Without a kernel and a model it takes those that the target takes by
# default, on which any finding is a failure. CXX, CXXFLAGS and LIB_FUZZING_ENGINE are OSS-Fuzz's.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$1 file=$2 kernel=${3:-} model=${4:-}

# Counters in our module alone, as scripts/fuzz.sh has them.
go build -trimpath -buildmode=c-archive -gcflags="$(go list -m)/...=-d=libfuzzer" \
	-ldflags "-X main.target=$target -X main.kernel=$kernel -X main.model=$model" -o "$file.a" ./fuzz/libfuzzer
# shellcheck disable=SC2086 # lists of flags
${CXX:-clang} ${CXXFLAGS:-} ${LIB_FUZZING_ENGINE:--fsanitize=fuzzer} "$file.a" -o "$file"
rm "$file.a" "$file.h"
