# The commands a newcomer needs. Each does its whole set-up; the second run is quick.
.PHONY: help setup build demo test lint bench trials clean

help:
	@echo "make demo    build, then run every verb on the shipped tender (report: ballast-demo/report.html)"
	@echo "make test    build, then run every test"
	@echo "make lint    formatting, clippy with warnings as errors, documentation"
	@echo "make bench   speed of award, simulation and import on this machine"
	@echo "make trials  the long counts of the random trials"

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

trials: setup
	BALLAST_TRIALS=1 cargo test --workspace --locked

clean:
	rm -rf target ballast-demo
