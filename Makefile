# The fuzz target, how long, which kernel, which memory model (empty: all three).
F      = FuzzIsolateMovablePage
T      = 30s
KERNEL = next-20220927
MODEL  =

MMFUZZ = go run ./scripts/mmfuzz

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 10

test: ## vet and run all tests
	go vet ./...
	go test ./...

fuzz: ## run Go's fuzzer from nothing: F=FuzzX or all, T=30s, KERNEL=, MODEL=
	@scripts/fuzz.sh "$(F)" "$(T)" "$(KERNEL)" "$(MODEL)"

libfuzzer: T = 10
libfuzzer: ## build all targets with clang's libFuzzer, run each for T=10 seconds, merge a corpus, compare it with Go's fuzzer
	@scripts/libfuzzer.sh "$(T)"

oss-fuzz: ## build as OSS-Fuzz does and look at what it looks at
	@scripts/oss-fuzz-check.sh

hunt: ## search random programs: T=30s, KERNEL=, MODEL= (default sc)
	$(MMFUZZ) hunt -kernel $(KERNEL) -model $(or $(MODEL),sc) -for $(T)

soak: T = 8h
soak: KERNEL =
soak: ## hunt and fuzz in turn, goes on where it was killed: T=8h, KERNEL= (default: all expected to be clean), MODEL=
	@mkdir -p .fuzz
	go build -o .fuzz/mmfuzz ./scripts/mmfuzz
	go test -c -gcflags="$$(go list -m)/...=-d=libfuzzer" -o .fuzz/fuzz.test ./fuzz
	.fuzz/mmfuzz soak -d .fuzz/soak/$(or $(KERNEL),clean)-$(or $(MODEL),all) -for $(T) -kernel "$(KERNEL)" -model "$(MODEL)" \
		-native .fuzz/fuzz.test -seeds corpus

triage: ## keep what make fuzz found, or P=folders and files, as files in crashers/
	@scripts/triage.sh $(P)

repro: ## replay a crash file: C=file
	@$(MMFUZZ) repro $(or $(C),$(error no crash file: want make repro C=FILE, such as C=crashers/rcu_free_slab.txt))

verify: KERNEL = v6.2
verify: ## run every execution of the scenarios: KERNEL=, MODEL= (default: all three)
	@set -e; for m in $(or $(MODEL),sc tso lkmm); do $(MMFUZZ) verify -kernel $(KERNEL) -model $$m corpus/scenarios/*.txt; done

matrix: ## verify the scenarios on every kernel under every model
	@$(MMFUZZ) matrix

litmus: ## run our litmus tests, or P=files and folders, under MODEL= (default: all three)
	@set -e; for m in $(or $(MODEL),sc tso lkmm); do echo "# $$m"; $(MMFUZZ) litmus -model $$m $(or $(P),mm/sim/testdata/litmus); done

bench: ## benchmarks, and program runs against executions of an empty fuzz target
	go test ./fuzz -run '^$$' -bench . -benchmem
	scripts/fuzz-ratio.sh

cover: ## what of mm and mm/sim the corpus reaches, as HTML, and the functions that it does not reach
	@scripts/cover.sh

corpus-min: ## merge what all engines kept into .fuzz/corpus, without what adds no coverage
	@scripts/corpus-min.sh

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

update: ## rewrite the golden files, the seeds from the programs they stand for, and the README's crash
	go test ./fuzz/fuzztest -run 'Crashers|Seeds|Readme|Verdicts' -update
	go test ./fuzz/barriers -update

.PHONY: help test fuzz libfuzzer oss-fuzz hunt soak triage repro verify matrix litmus bench cover corpus-min lint update
