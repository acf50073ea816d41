# `make run` shows a working office, `make test` is all that CI asks for. Both install what is missing.

# `run` and `test` share one debug build: one profile, one feature set, one target folder. A release build takes several
# times as long, which is long to wait for a first look; the slow dependencies are optimised in both (see Cargo.toml).
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
SHIAN  := $(TARGET)/debug/shian
DATA   ?= data
PACK   ?= packs/pingqiao-2023
LISTEN ?= 127.0.0.1:8080

.DEFAULT_GOAL := help
.PHONY: help setup run test bench lint fmt build test-rust test-packs test-pages

help: ## Show this
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## Install whatever is missing
	@scripts/setup.sh test

run: ## Serve Pingqiao's 2023 plan with demo data on http://localhost:8080
	@scripts/setup.sh run
	cargo build --workspace --bins --locked
	@test -e $(DATA) || scripts/demo.sh $(SHIAN) $(PACK) $(DATA)
	@echo "Open http://localhost:$(lastword $(subst :, ,$(LISTEN)))  (Ctrl-C ends it)"
	@echo "Sign in as shian (office), scj (bureau), minggang (township), jiancha (inspector), xitong, anquan, shenji"
	@echo "(administrators) with the password Shipin-2023; the rest is in README.md."
	@exec $(SHIAN) serve --data $(DATA) --listen $(LISTEN)

test: setup lint test-rust test-packs test-pages ## Run everything that CI runs

build: setup
	cargo build --workspace --bins --tests --locked

# On SQLite, and on a PostgreSQL that lives as long as the tests.
test-rust: build
	cargo test --workspace --doc --locked --quiet
	scripts/with-postgres.sh cargo nextest run --workspace --locked

test-packs: build
	@for pack in $(wildcard packs/*/pack.toml); do $(SHIAN) pack check $${pack%/pack.toml} || exit 1; done

test-pages: build
	@tests=$$(find web/browser-tests -name '*.test.mjs' 2>/dev/null | sort); \
	[ -z "$$tests" ] || SHIAN=$(SHIAN) CHROMIUM=$$(command -v chromium) node --test --test-concurrency=1 $$tests

# The office bench makes a district-year with the demo data, in which the indicators are then measured.
bench: ## Measure on a district-year and write docs/benchmarks.md
	@scripts/setup.sh test
	cargo bench --locked -p shian-plan --bench ten_megabytes
	cargo bench --locked -p shian-cli --bench office
	cargo bench --locked -p shian-service --bench indicators -- --data $(TARGET)/bench/district

lint: setup ## Check form, clippy's list and the licences
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo deny --locked --log-level error check --hide-inclusion-graph bans licenses sources

fmt: ## Put all Rust in form
	cargo fmt --all
