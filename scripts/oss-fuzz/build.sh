#!/bin/bash -eu
# Builds every fuzz target into $OUT, as OSS-Fuzz and ClusterFuzzLite run it: with seeds, a dictionary and options. Each
# takes the kernels that are expected to be clean, under the models under which they are, so that any finding is one to
# report. scripts/oss-fuzz-check.sh runs this outside of their images.
cd "$SRC/mmfuzz"
export GOFLAGS=-buildvcs=false # the checkout may be another user's

go build -o "$WORK/mmfuzz" ./scripts/mmfuzz
go test -c -o "$WORK/fuzz.test" ./fuzz

# raw_seeds TARGET FOLDER writes the seeds of a target as its entry takes them.
raw_seeds() {
	if [ "$1" = FuzzLitmus ]; then
		mkdir "$2"
		cp mm/sim/testdata/litmus/*.litmus "$2"
	else
		"$WORK/mmfuzz" convert -from go -to raw "corpus/$1" -o "$2"
	fi
}

# dictionary TARGET FOLDER prints what stands in the seeds: the words of a text, the records of a program.
dictionary() {
	case $1 in
	FuzzLitmus | FuzzProgramText) cat "$2"/* | grep -oE '[A-Za-z0-9_.+-]{2,64}' | sort -u | sed 's/.*/"&"/' ;;
	*) for f in "$2"/*; do tail -c +9 "$f" | od -An -v -tx1 -w4; done | sort -u | sed 's/ *$//; s/ /\\x/g; s/.*/"&"/' ;;
	esac
}

for target in $("$WORK/fuzz.test" -test.list '^Fuzz'); do
	name=$(sed 's/\([A-Z]\)/_\L\1/g; s/^_//' <<<"$target")
	rm -rf "$WORK/$name.seeds"
	raw_seeds "$target" "$WORK/$name.seeds"
	rm -f "$OUT/${name}_seed_corpus.zip"
	zip -jqr "$OUT/${name}_seed_corpus.zip" "$WORK/$name.seeds"
	dictionary "$target" "$WORK/$name.seeds" >"$OUT/$name.dict"
	printf '[libfuzzer]\nmax_len = 4096\n' >"$OUT/$name.options"

	if [ "$SANITIZER" != coverage ]; then
		scripts/libfuzzer-build.sh "$target" "$OUT/$name"
		continue
	fi
	# Coverage is Go's own: the runner calls the fuzzer with -test.coverprofile, and translates paths as .gocovpath says. The
	# compile_ scripts of the image would take the corpus for framed, and ours is raw.
	mkdir -p "$OUT/coverage"
	go test -c -covermode=atomic -coverpkg="$(go list -m)/..." -o "$OUT/coverage/fuzz.test" ./fuzz
	cat >"$OUT/$name" <<-END
		#!/bin/sh
		# Runs the inputs in FUZZ_CORPUS_DIR.
		MMFUZZ_TARGET=$target exec "\$(dirname "\$0")/coverage/fuzz.test" -test.run='^TestCorpusFolder\$' "\$@"
	END
	chmod +x "$OUT/$name"
	echo "s=$(go list -m)=$PWD=" >"$OUT/$name.gocovpath"
done
