# The conductor: one file per stage of a training step, so that make itself knows what is done,
# what to redo, and where to go on. `make help` lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

BIN := .build/release

.PHONY: help
help: ## list the targets
	@echo "srar: reinforcement learning with step-wise rubric rewards, as a pipeline of filters"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Variables of step, train, replay, eval, report and distill: RUN=name STEP=n STEPS=n PRESET=srar|rar|grpo|dapo"
	@echo "and every variable of pipelines/defaults.mk; README.md walks through them."

.PHONY: deps build test test-report test-servers test-vllm lint format bench bench-peers fuzz clean
deps: ## find the system libraries that are missing and install them with apt
	@pipelines/deps.sh

# Builds are piped: SwiftPM compiles everything anew where one is seen on a terminal and the next is not.
build: deps ## build the tools (release)
	@swift build -c release | cat

test: deps ## set up, build and run all tests
	@swift build -c release --build-tests | cat
	swift test -c release --skip-build

test-report: build ## open a report's page in a headless Chromium and use it
	@pipelines/test-report.sh

test-servers: build ## judge and sample with a real server and a small model, set up in .servers/
	@pipelines/test-servers.sh

test-vllm: build ## open, serve, sample from, reload and judge with models in vLLM, set up in .vllm/ (TEST_VLLM_PYTHON names another)
	@pipelines/test-vllm.sh

lint: ## check the format of the sources
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

format: ## format the sources in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests

bench: build ## measure, beside what else is installed
	@pipelines/bench.sh
	@pipelines/bench-engine.sh

bench-peers: ## set up PyTorch, llama.cpp, math-verify and openai for make bench to measure beside, in a folder of its own
	@pipelines/bench-peers.sh

fuzz: build ## compare a million mutated answers, read a million damaged files of each kind
	@$(BIN)/srar-bench fuzz --count 1000000
	@if [ -w /dev/shm ] && [ -z "$$TMPDIR" ]; then export TMPDIR=/dev/shm; fi; $(BIN)/srar-bench fuzz-models --count 1000000

clean: ## remove what was built, but no run
	rm -rf .build

# Values: the command line's win, then the demo's or SmolLM's, the preset's and the defaults'.
ifneq ($(filter demo-steps,$(MAKECMDGOALS)),)
include pipelines/demo.mk
endif
ifneq ($(filter smollm-steps,$(MAKECMDGOALS)),)
include pipelines/smollm.mk
endif
ifneq ($(filter experiment-steps,$(MAKECMDGOALS)),)
include pipelines/experiment.mk
endif
ifneq ($(PRESET),)
ifeq ($(wildcard pipelines/$(PRESET).mk),)
$(error there is no preset "$(PRESET)": PRESET is the name of a file pipelines/PRESET.mk, such as srar, rar, grpo or dapo)
endif
include pipelines/$(PRESET).mk
endif
ifneq ($(EVAL_PRESET),)
ifeq ($(wildcard pipelines/eval-$(EVAL_PRESET).mk),)
$(error there is no preset "$(EVAL_PRESET)" of evaluations: EVAL_PRESET is NAME of a file pipelines/eval-NAME.mk, such as paper)
endif
include pipelines/eval-$(EVAL_PRESET).mk
endif
include pipelines/defaults.mk

include pipelines/cluster.mk
include pipelines/step.mk
include pipelines/distill.mk
include pipelines/demo-rules.mk
include pipelines/smollm-rules.mk
include pipelines/experiment-rules.mk
