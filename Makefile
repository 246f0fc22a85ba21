# Varve. `make help` lists the targets. Each installs the Debian packages that it misses.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# What the library, the command and the tests link.
LIBRARIES := zlib1g-dev liblz4-dev libsnappy-dev libzstd-dev libevent-dev libssl-dev
# What tests count system calls and make certificates with, and clients that they serve.
TESTING := strace kcat openssl python3-venv
# Databases that records are processed into, with their clients' libraries. A test starts its own.
DATABASES := libsqlite3-dev libpq-dev postgresql libhiredis-dev redis-server
# Everything that the tests cover, which is more than a user's build has by itself.
TRAITS := default,SQLite,PostgreSQL,Redis,Peers
# What the benchmarks link: peers, and the client that drives servers.
BENCHMARKING := liblmdb-dev libsqlite3-dev librdkafka-dev libhiredis-dev librabbitmq-dev
# What they compare with, those and more.
PEERS := $(BENCHMARKING) redis-server redis-tools nats-server rabbitmq-server

# A text file for `make demo`, one event a line; by default a year of temperatures.
FILE ?=
# Suites that run under ThreadSanitizer: names of suites or tests, as a pattern.
TSAN_SUITES ?= Concurrency|DataPathTests|HostileInputTests|FetchSessionTests|$\
  DocumentationTests/readme|VarveTests.ProducerStressTests|VarveTests.ConsumerTests
# Suites of decoders that take random and mutated input.
FUZZ_SUITES ?= Fuzz
# More words for `varve bench` and the benchmarks, such as --json results.json.
ARGS ?=

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: libraries toolchain
toolchain:
	@command -v swift >/dev/null || \
	  { echo "Swift 6.3 or later is needed: https://www.swift.org/install" >&2; exit 1; }
libraries: toolchain
	@.ci/packages $(LIBRARIES)

.PHONY: tested
tested: libraries
	@.ci/packages $(TESTING) $(DATABASES) $(BENCHMARKING)
	@.ci/clients
	@.ci/java-client

.PHONY: build
build: libraries ## the command, optimised, and its manual page: .build/release/varve, varve.1
	@swift build --configuration release --product varve
	@.build/release/varve help --man >.build/release/varve.1

.PHONY: static
static: libraries ## the command as one file that needs the C library alone: .build/static/varve
	@.ci/static

.PHONY: demo
demo: libraries ## the main job on real input; FILE=… for a text file of yours, one event a line
	@swift build --quiet --configuration release --product varve
	@PATH="$$PWD/.build/release:$$PATH" Benchmarks/Demo/run $(FILE)

.PHONY: test
test: tested ## style, unit, golden, crash, fuzz and kill tests, a bounded share of each
	@.ci/test --traits $(TRAITS)

.PHONY: test-long
test-long: tested static tsan ## all of them: every seed, ten million fuzz inputs, both sanitizers
	@VARVE_TEST_LONG=1 .ci/test --traits $(TRAITS) --configuration release
	@$(MAKE) --no-print-directory fuzz

.PHONY: fuzz
fuzz: libraries ## every decoder on ten million random and mutated inputs under AddressSanitizer
	@VARVE_TEST_LONG=1 .ci/sanitized address '$(FUZZ_SUITES)' --configuration release
	@.ci/libfuzzer 10000000

.PHONY: tsan
tsan: libraries ## one writer, many readers and maintenance at once under ThreadSanitizer
	@.ci/sanitized thread '$(TSAN_SUITES)'

.PHONY: bench
bench: libraries ## ratios to ceilings and peers of the same run; ARGS=… for more
	@.ci/packages $(PEERS)
	@swift build --quiet --configuration release --scratch-path .build/bench --enable-all-traits \
	  --product varve
	@swift run --configuration release --scratch-path .build/bench --enable-all-traits \
	  VarveBenchmarks $(ARGS)

.PHONY: zlib-only
zlib-only: toolchain ## a build with every trait off
	@.ci/packages zlib1g-dev
	@.ci/zlib-only

.PHONY: lint
lint: toolchain ## swift format, strict
	@swift format lint --strict --parallel --recursive Sources Tests Benchmarks Package.swift

.PHONY: format
format: toolchain ## rewrites the sources as lint wants them
	@swift format --in-place --parallel --recursive Sources Tests Benchmarks Package.swift

.PHONY: docs
docs: libraries ## the documentation: .build/documentation/index.html
	@.ci/docs $(TRAITS)

.PHONY: clean
clean: ## removes what was built
	@rm -rf .build bench-results
