# Names of the tasks. The two that matter are `run` and `test`; both do all set-up.
# Prerequisites: Rust 1.95, Node 20 with npm, a C compiler. See README.md.

SHELL := /bin/bash
PACKAGES := sdk web addins/stock-history addins/topic-of-the-day
INSTALLED := $(PACKAGES:%=%/node_modules/.package-lock.json)
DEMO ?=
SOAK ?= 600
SCALE ?= 0.1
HISTORY ?= 1000000
KEEP = --json target/bench.json

.PHONY: help run test soak bench release deb image packages web tools check-tools check-rust check-web check-browser screenshots codegen

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: check-tools web ## build everything and start the demo
	cargo run --package perch-cli -- demo $(DEMO)

test: check-tools tools web check-rust check-web check-browser ## everything that a change must pass

soak: check-tools tools web ## prove histories under each fault, for SOAK seconds each
	PERCH_SOAK_SECONDS=$(SOAK) cargo test --package perch-cli --test it fault:: -- --test-threads=1

release: check-tools web ## build the program to install: target/release/perch
	cargo build --release --package perch-cli

bench: release ## measure; the figures are explained in docs/benchmarks.md
	target/release/perch bench $(KEEP)
	target/release/perch bench peer ejabberd --if-installed $(KEEP)
	target/release/perch bench peer nats --if-installed $(KEEP)
	target/release/perch bench peer floor $(KEEP)
	target/release/perch bench panes $(KEEP)
	target/release/perch bench archive --history $(HISTORY) --runs 1 $(KEEP)
	target/release/perch bench nodes --if-installed $(KEEP)
	target/release/perch bench nodes --nodes 3 --members 2000 --runs 1 --if-installed $(KEEP)
	target/release/perch bench run --profile original --scale $(SCALE) --reconnect $(KEEP)

deb: release ## make the Debian package, in target/debian
	packaging/build-deb target/release/perch target/debian

image: ## make the container image perch, with podman or docker
	$$(command -v podman || command -v docker) build --file Containerfile --tag perch .

packages: check-tools $(INSTALLED) ## install the npm packages

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci
	@touch $@

web: packages ## build the SDK, the web client and the sample add-ins
	@for part in $(PACKAGES); do (cd $$part && npm run --silent build) || exit 1; done

codegen: packages ## write what is generated from the code
	cargo xtask codegen

check-tools:
	@for tool in cargo node npm cc; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ]; then \
	  echo "Missing:$$missing. On Debian: apt install build-essential nodejs npm, and Rust 1.95 or newer with rustup."; exit 1; fi

# What the tests need besides: installed where that is allowed, named where it is not.
tools:
	@command -v chromium >/dev/null || missing="chromium"; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$$missing postgresql"; \
	PATH="$$PATH:/usr/sbin" command -v nats-server >/dev/null || missing="$$missing nats-server"; \
	ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing="$$missing faketime"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	PATH="$$PATH:/usr/sbin" command -v ip >/dev/null || missing="$$missing iproute2"; \
	command -v systemd-analyze >/dev/null || missing="$$missing systemd"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q >/dev/null && apt-get install -qy $$missing >/dev/null; \
	  else echo "Missing: $$missing. Install them: sudo apt install $$missing"; exit 1; fi; fi
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked --quiet cargo-deny

check-rust: packages
	cargo fmt --all --check
	cargo xtask tidy
	cargo xtask codegen --check
	cargo clippy --workspace --all-targets --quiet -- --deny warnings
	cargo deny --log-level error check bans licenses sources
	cargo test --workspace --quiet
	RUSTDOCFLAGS=--deny=warnings cargo doc --workspace --no-deps --quiet

check-web: packages
	@for part in $(PACKAGES); do (cd $$part && npm run --silent check && npm run --silent test) || exit 1; done
	cd addins/identity-check && npm run --silent test

check-browser: web
	cargo build --quiet --package perch-cli
	cd web && npm run --silent e2e

screenshots: check-tools tools web ## take the README's screenshots from the running program
	cargo build --quiet --package perch-cli
	cd web && npm run --silent screenshots
