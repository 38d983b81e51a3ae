# What a training step uses unless the command line, the demo or a preset says otherwise; they come before this file.
# Each value names its source.

# The run's folder is $(RUNS)/$(RUN). It holds no time stamp: the same name goes on where it was.
RUNS ?= runs
RUN ?= run
# How many steps `make train` takes (the paper: 200), and which one `make step` makes.
STEPS ?= 200
STEP ?= 1
SEED ?= 1

# The problems (a stream that srar-prep wrote) and the policy to start from (a Hugging Face folder).
PROBLEMS ?=
POLICY ?=
# The set that `make eval` measures on, and the policy that it measures.
SET ?=
EVAL_POLICY ?= $(POLICY)
# What its files in the run's folder are called, so that a run can be measured on several sets.
EVAL_NAME ?= eval
# What `make compare` compares, and the runs that `make report` puts beside RUN.
A ?=
B ?=
WITH ?=

# A batch (the paper: 128 problems, 8 rollouts of each).
GROUPS_PER_STEP ?= 128
GROUP_SIZE ?= 8

# Sampling (the paper: temperature 1, top-p 1, at most 8,192 tokens).
TEMPERATURE ?= 1
TOP_P ?= 1
TOP_K ?= 0
MAX_RESPONSE_TOKENS ?= 8192

# What is multiplied in matrix products of sampling and training here, f32, bf16 or bf16-onednn; empty for the tools' own default.
COMPUTE ?=
compute-option = $(if $(COMPUTE),--compute $(COMPUTE))

# Options of the stages as they stand on their command lines.
ROLLOUT_OPTIONS ?= --group-size $(GROUP_SIZE) --temperature $(TEMPERATURE) --top-p $(TOP_P) \
  --top-k $(TOP_K) --max-response-tokens $(MAX_RESPONSE_TOKENS)
# How many shards of a step's problems are sampled and judged side by side, with `make -j`; one is a stage as a whole.
SHARDS ?= 1
# Whether a judge is asked at all.
JUDGED ?= yes
JUDGE_OPTIONS ?= --judge equations
# Whether each step of the rollouts is checked, too. No reward depends on it: srar-report makes FRR, MTR and the picture of
# misaligned signals of it.
STEP_CHECK ?= no
STEP_CHECK_OPTIONS ?=
REWARD_OPTIONS ?=
ESTIMATOR ?= srar
ADVANTAGE_OPTIONS ?= --estimator $(ESTIMATOR)

# `yes` goes on where the method has no effect on a step: no item judged, no response with a step, every offset 0, or no group with an
# advantage. Otherwise the run stops there.
ALLOW_NO_EFFECT ?=

# The policy update (the paper: AdamW, 1e-6, 10 warm-up steps, one mini-batch).
# srar computes it here, on the CPU; fsdp on PyTorch with NPROC processes, one a GPU (pipelines/fsdp).
UPDATE ?= srar
LEARNING_RATE ?= 1e-6
UPDATE_OPTIONS ?= --learning-rate $(LEARNING_RATE) --warm-up-steps 10

# Validation during training (the paper: temperature 0.7, top-p 0.8, one response); EVAL_PRESET=paper takes eval-paper.mk.
EVAL_SAMPLES ?= 1
EVAL_OPTIONS ?= --group-size $(EVAL_SAMPLES) --temperature 0.7 --top-p 0.8 \
  --max-response-tokens $(MAX_RESPONSE_TOKENS)

# Options that every tool takes, such as --quiet.
TOOL_OPTIONS ?=
