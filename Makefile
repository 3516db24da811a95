# The commands a newcomer needs. Each does its whole set-up; the second run is quick.
.PHONY: help setup build demo test lint bench peers peers-table trials clean

help:
	@echo "make demo    build, then run every verb on the shipped tender (report: ballast-demo/report.html)"
	@echo "make test    build, then run every test"
	@echo "make lint    formatting, clippy with warnings as errors, documentation"
	@echo "make bench   speed of award, simulation and import on this machine"
	@echo "make peers   Ballast and its peers on the sourcing benchmark (benches/peers/README.md)"
	@echo "make trials  the long counts, kills, load and soak (an hour), written to docs/trials.md"

setup:
	@.ci/setup

build: setup
	cargo build --locked

demo: build
	target/debug/ballast demo

test: setup
	cargo test --workspace --locked

lint: setup
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked

bench: build
	benches/run

# Comparisons take hours on the larger sizes: choose.
INSTANCES ?= XS-1 XS-2 XS-3 XS-4 XS-5
PEERS ?= highs
REPEAT ?= 1

peers: build
	benches/peers/compare --peers "$(PEERS)" --repeat $(REPEAT) $(INSTANCES)

peers-table: build
	target/debug/sourcing table benches/peers/results.jsonl --into docs/benchmarks.md

trials: setup
	benches/trials

clean:
	rm -rf target ballast-demo
