# `make help` lists what can be made.

SHELL := /bin/bash
SWIFT ?= swift
# Tests run optimised: debug builds are many times slower at inference. They have a build folder of their own because
# @testable imports need another flag for every module.
TEST_FLAGS := -c release --scratch-path .build-test -Xswiftc -enable-testing
SWIFT_PATHS := Package.swift Sources Tests Fuzz/Package.swift Fuzz/Driver
BIN := .build/release
CHAOS_FAULTS ?= 200
CHAOS_SEED ?=

.PHONY: help setup setup-tests setup-packages build build-tests demo test chaos cluster-test metrics-test dashboard-test lint format bench sanitize fuzz package package-test clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install missing Debian packages (asks sudo when not root)
	@ops/setup/install-dependencies

setup-tests:
	@ops/setup/install-dependencies --tests

setup-packages:
	@ops/setup/install-dependencies --packages

build: setup ## Build occ-scheduler and occ-worker into .build/release
	$(SWIFT) build -c release --product occ-scheduler
	$(SWIFT) build -c release --product occ-worker

demo: build ## Make a small dataset, label it, score it, draw it (into demo-output/)
	@ops/demo/run

# Each of the two builds keeps one core busy most of the time, so they run side by side.
test: setup-tests lint ## Lint, sanitize the kernels and parsers, build and run every test
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target sanitize build-tests
	@OCC_PYTHON=$${OCC_PYTHON:-/usr/bin/python3} ops/test/run "$$($(SWIFT) build $(TEST_FLAGS) --show-bin-path)"

chaos: setup-tests build ## Inject CHAOS_FAULTS faults (CHAOS_SEED repeats a run) into real processes: 30 minutes
	$(SWIFT) build -c release --product Chaos
	$(BIN)/Chaos --faults $(CHAOS_FAULTS) $(if $(CHAOS_SEED),--seed $(CHAOS_SEED))

cluster-test: setup-tests build ## Workers under a real Slurm and a stand-in for a kubelet: root, ten minutes (docs/clusters.md)
	@ops/setup/install-dependencies --clusters
	$(SWIFT) build -c release --product Chaos
	ops/slurm/test
	ops/kubernetes/test
metrics-test: build ## Alerts, dashboard and metrics with a real Prometheus (docs/metrics.md): 7 minutes
	@ops/metrics/test $(BIN)

dashboard-test: build ## The dashboard in headless Chromium, with 10,000 scenes and 500 workers (docs/dashboard.md): two minutes
	$(SWIFT) build -c release --product Chaos
	@ops/dashboard/test

build-tests: setup-tests
	$(SWIFT) build $(TEST_FLAGS) --build-tests

lint: ## Check formatting and style of all Swift
	$(SWIFT) format lint --strict --parallel --recursive $(SWIFT_PATHS)

format: ## Rewrite all Swift in the project's format
	$(SWIFT) format --in-place --parallel --recursive $(SWIFT_PATHS)

bench: build ## Seconds a keyframe of this tool and its peers, slots, layers, kernels (docs/benchmarks.md)
	@ops/bench/run

sanitize: setup-tests ## Run the C kernels and the parsers' corpus under AddressSanitizer and UBSan
	@ops/sanitize/run

fuzz: setup-tests ## Fuzz every parser, SECONDS=60 each
	@ops/fuzz/run $(or $(SECONDS),60)

package: setup-packages ## Make the Debian package, the tarball and the image of this commit, into dist/ (docs/packaging.md)
	@ops/package/build

package-test: ## Install what dist/ holds into bare Debians and do the main job there (as root)
	@ops/package/test

clean: ## Remove everything that was built or generated here
	rm -rf .build .build-* dist demo-output bench-output
