#!/usr/bin/env bash
# usage: scripts/libfuzzer.sh TIME [FILES]
#
# Builds every fuzz target with libFuzzer, runs each for TIME seconds from the seeds on the kernels that are expected to be
# clean, and merges what it kept into the corpus in .fuzz/corpus. Then libFuzzer has to find the reported crash from nothing,
# which mmfuzz imports and replays, every crash file has to crash it, and Go's fuzzer and libFuzzer have to say the same of
# FILES inputs, 1000 by default. Exit status: 0; 1 for a finding, or something that is not as it must be.
set -euo pipefail
cd "$(dirname "$0")/.."
time=$1 files=${2:-1000}
if ! [[ $time =~ ^[1-9][0-9]*$ ]] || ! [[ $files =~ ^[0-9]+$ ]]; then
	echo "time $time, files $files: want a number of seconds, and of files" >&2
	exit 2
fi
if ! command -v "${CXX:-clang}" >/dev/null; then
	echo "no ${CXX:-clang}: on Debian, apt-get install clang libfuzzer-14-dev libclang-rt-14-dev" >&2
	exit 2
fi

out=$PWD/.fuzz/libfuzzer corpus=$PWD/.fuzz/corpus
rm -rf "$out/run"
mkdir -p "$out/run"
go build -o "$out/mmfuzz" ./scripts/mmfuzz
go test -c -o "$out/fuzz.test" ./fuzz
targets=$("$out/fuzz.test" -test.list '^Fuzz')
mmfuzz=$out/mmfuzz
failed=

fail() {
	echo "FAILED: $*"
	failed=yes
}

# seeds TARGET puts the seeds of a target into run/TARGET.seeds, as libFuzzer reads them.
seeds() {
	mkdir -p "$out/run/$1.seeds"
	if [ "$1" = FuzzLitmus ]; then
		cp mm/sim/testdata/litmus/*.litmus "$out/run/$1.seeds"
	else
		"$mmfuzz" convert -from go -to raw "corpus/$1" -o "$out/run/$1.seeds"
	fi
}

# stat NAME LOG prints one of libFuzzer's final statistics.
stat() { sed -n "s/^stat::$1: *//p" "$2"; }

for t in $targets; do
	scripts/libfuzzer-build.sh "$t" "$out/$t"
	seeds "$t"
	mkdir -p "$out/run/$t.corpus" "$out/run/$t.found" "$corpus/$t"
	log=$out/run/$t.log
	if "$out/$t" -max_total_time="$time" -print_final_stats=1 -artifact_prefix="$out/run/$t.found/" \
		"$out/run/$t.corpus" "$out/run/$t.seeds" "$corpus/$t" >"$log" 2>&1; then
		echo "$t: $(stat number_of_executed_units "$log") inputs, $(stat average_exec_per_sec "$log") a second, nothing found"
	else
		sed -n '/^panic: /,/^$/p' "$log"
		fail "$t: see $log"
	fi
done
scripts/corpus-min.sh

# From nothing to the reported crash, and from libFuzzer's file to a crash file.
t=FuzzIsolateMovablePage kernel=next-20220927
if MMFUZZ_KERNEL=$kernel "$out/$t" -max_total_time=300 -print_final_stats=1 -artifact_prefix="$out/run/$t.found/" \
	>"$out/run/$kernel.log" 2>&1; then
	fail "$kernel: nothing found"
else
	echo "$kernel: a bug after $(stat number_of_executed_units "$out/run/$kernel.log") inputs"
	crash=$(find "$out/run/$t.found" -name 'crash-*' | head -n 1)
	"$mmfuzz" import -target $t -kernel $kernel -o "$out/run/$kernel.txt" "$crash" || fail "$crash: not imported"
	"$mmfuzz" repro "$out/run/$kernel.txt" >"$out/run/repro.log" || fail "$crash: not replayed"
	tail -n 1 "$out/run/repro.log"
fi

# go_fails and libfuzzer_fails TARGET KERNEL MODEL FOLDER print the names of the files of a folder that fail, in order.
go_fails() {
	rm -rf "$4.go"
	"$mmfuzz" convert -from raw -to go "$4" -o "$4.go/testdata/fuzz/$1"
	(
		cd "$4.go"
		"$out/fuzz.test" -test.run "^$1\$" -test.v -kernel "$2" -model "$3" || true
	) >"$4.log"
	sed -n "s/^ *--- FAIL: $1\/\([^ ]*\).*/\1/p" "$4.log" | sort
}
libfuzzer_fails() {
	local file
	for file in "$4"/*; do
		MMFUZZ_KERNEL=$2 MMFUZZ_MODEL=$3 "$out/$1" -artifact_prefix="$out/run/" "$file" >/dev/null 2>&1 || basename "$file"
	done | sort
}

# Crash files, and then inputs that libFuzzer kept: both engines have to say the same of each.
for crash in crashers/*.txt; do
	kernel=$(sed -n 's/^kernel  *//p' "$crash") model=$(sed -n 's/^model  *//p' "$crash")
	said=
	for t in $targets; do
		dir=$out/run/crash.$(basename "$crash" .txt).$t
		mkdir "$dir"
		if ! "$mmfuzz" convert -from program -to raw -target "$t" -o "$dir/crash" "$crash" 2>/dev/null; then
			continue # the target has no bytes for it
		fi
		fails=$(go_fails "$t" "$kernel" "$model" "$dir")
		if [ "$fails" != "$(libfuzzer_fails "$t" "$kernel" "$model" "$dir")" ]; then
			fail "$crash: Go's fuzzer and libFuzzer do not agree on $t"
		fi
		said="$said $t $([ "$fails" ] && echo fails || echo passes),"
	done
	echo "$crash:${said%,}"
done

t=FuzzIsolateMovablePage dir=$out/run/agree
mkdir "$dir"
find "$corpus" "$out"/run/*.corpus -type f |
	sort | awk -v n="$files" 'NR <= n' | while read -r file; do cp "$file" "$dir"; done
go_fails $t next-20220927 sc "$dir" >"$dir.go_fails"
libfuzzer_fails $t next-20220927 sc "$dir" >"$dir.libfuzzer_fails"
diff "$dir.go_fails" "$dir.libfuzzer_fails" || fail "Go's fuzzer and libFuzzer do not agree"
echo "next-20220927: of $(find "$dir" -type f | wc -l) inputs $(wc -l <"$dir.go_fails") fail in Go's fuzzer, $(wc -l <"$dir.libfuzzer_fails") in libFuzzer"
test -z "$failed"
