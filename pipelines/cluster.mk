# What leaves this machine: the update on GPUs, the stages inside verl, Ray, Slurm, and a simulation of a step's waiting. None of
# it is needed by `make demo` or `make test`; each target sets up a folder of its own.

# The Python of the update on PyTorch; another one, with PyTorch and transformers in it, may be named.
FSDP_PYTHON ?= .fsdp/bin/python
# Processes of an update, one a GPU.
NPROC ?= 1
fsdp = PYTHONPATH=pipelines/fsdp NPROC=$(NPROC) $(FSDP_PYTHON) -m srar_fsdp.launch

.fsdp/bin/python: pipelines/fsdp/requirements.txt
	@pipelines/python-env.sh .fsdp $<
	@touch $@

.PHONY: test-fsdp bench-fsdp
test-fsdp: $(FSDP_PYTHON) | $(BIN)/srar-update ## test the update on PyTorch against srar-update, in .fsdp/ (5 GB, minutes)
	@$(FSDP_PYTHON) -m ruff format --check --quiet pipelines/fsdp
	@$(FSDP_PYTHON) -m ruff check --quiet pipelines/fsdp
	@cd pipelines/fsdp && SRAR_BIN=$(abspath $(BIN)) OMP_NUM_THREADS=1 $(abspath $(FSDP_PYTHON)) -m pytest -q -p no:cacheprovider

bench-fsdp: $(FSDP_PYTHON) ## measure the update on PyTorch: tokens per second, share of the peak, memory (NPROC=n)
	@PYTHONPATH=pipelines/fsdp $(FSDP_PYTHON) -m torch.distributed.run --standalone --nproc-per-node $(NPROC) \
	  -m srar_fsdp.bench $(BENCH_FSDP_OPTIONS)

.verl/bin/python: pipelines/verl/requirements.txt
	@pipelines/python-env.sh .verl $<
	@touch $@

.PHONY: test-verl
test-verl: .verl/bin/python | $(BIN)/srar-update ## test judge, reward and advantage inside verl, in .verl/ (up to 5 GB, minutes)
	@.verl/bin/python -m ruff format --check --quiet pipelines/verl
	@.verl/bin/python -m ruff check --quiet pipelines/verl
	@cd pipelines/verl && SRAR_BIN=$(abspath $(BIN)) OMP_NUM_THREADS=1 $(abspath .verl/bin/python) -m pytest -q -p no:cacheprovider

# Python's standard library is all that these need.
scaling = PYTHONPATH=pipelines/scaling python3 -m
.PHONY: scaling test-scaling costs
scaling: ## simulate a step's waiting for judges into docs/scaling.md (SCALING_OPTIONS='--update-seconds n')
	@$(scaling) srar_scaling docs/scaling.md $(SCALING_OPTIONS)

test-scaling: | $(BIN)/srar-update ## hold the simulation to the real srar-judge and servers on loopback
	@cd pipelines/scaling && SRAR_BIN=$(abspath $(BIN)) python3 -m unittest discover -t . -s tests

costs: ## print seconds per stage of a run: RUN=name
	@$(scaling) srar_scaling.costs $(run)

# What jobs on other machines are told, by the environment; options are make's, so that presets hold there as here.
slurm ray: export RUN_FOLDER = $(abspath $(run))
slurm ray: export UPDATE_COMMAND = $(update)
$(foreach name,PROBLEMS POLICY SHARDS GROUPS_PER_STEP SEED TOOL_OPTIONS ROLLOUT_OPTIONS JUDGE_OPTIONS REWARD_OPTIONS ADVANTAGE_OPTIONS \
  ALLOW_NO_EFFECT UPDATE_OPTIONS,$(eval slurm ray: export $(name) := $($(name))))
ifneq ($(COMPUTE),)
# Servers compute as they were started. What the command line says is added to, not replaced.
$(foreach name,$(if $(SAMPLING_SERVERS),,ROLLOUT_OPTIONS) UPDATE_OPTIONS,\
  $(eval slurm ray: override export $(name) := $(compute-option) $($(name))))
endif
slurm ray: export BIN := $(abspath $(BIN))

.PHONY: slurm test-slurm
slurm: ## submit a run's steps to Slurm: RUN=name STEPS=n PROBLEMS=file POLICY=folder [SHARDS=n] [SLURM_OPTIONS=--dry-run]
	@pipelines/slurm/submit.sh $(SLURM_OPTIONS) steps 1 $(STEPS)

test-slurm: | $(BIN)/srar-update ## run two small steps through Slurm's batch files, with a stand-in for sbatch
	@BIN=$(abspath $(BIN)) pipelines/slurm/test.sh

.ray/bin/python: pipelines/ray/requirements.txt
	@pipelines/python-env.sh .ray $<
	@touch $@

.PHONY: ray test-ray
ray: ## submit a run's steps to Ray: RUN=name STEPS=n PROBLEMS=file POLICY=folder [SHARDS=n] [RAY_OPTIONS=--dry-run]
	@python3 pipelines/ray/submit.py $(RAY_OPTIONS) 1 $(STEPS)

test-ray: .ray/bin/python | $(BIN)/srar-update ## start a Ray of one node, set up in .ray/, and run two small steps as a job
	@.ray/bin/python -m ruff format --check --quiet pipelines/ray
	@.ray/bin/python -m ruff check --quiet pipelines/ray
	@BIN=$(abspath $(BIN)) pipelines/ray/test.sh
