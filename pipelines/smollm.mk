# SmolLM2-135M-Instruct on GSM8K: a real model, downloaded, warmed up and trained on this machine.
#
#   the imported policy → supervised warm start → RL steps; the same problems before, between and after
#
# What it costs: a download of 93 MB; under runs/smollm 0.5 GB for each policy, three times that with its optimizer's state, and so
# much for each RL step. Times by `make bench`'s table: an RL step of 8 × 8 responses of 200 tokens is 12,800 tokens to sample and to
# learn from.

RUN ?= smollm
RUNS ?= runs
smollm = $(RUNS)/$(RUN)
PROBLEMS = $(smollm)/train.jsonl
POLICY = $(smollm)/warm
STEPS ?= 4

# Where the package is unpacked, and the version that is asked for.
SMOLLM ?= .smollm
SMOLLM_VERSION ?= 0.1.2
# GSM8K's records, as its authors distribute them: the first are measured on, the others learned from.
GSM8K ?=
TEST_PROBLEMS ?= 100
# Reference solutions of the warm start.
WARM_PROBLEMS ?= 512

smollm-sft = --learning-rate 5e-5 --warm-up-steps 10 --batch-tokens 2048 --seed $(SEED) $(compute-option)
GROUPS_PER_STEP ?= 8
GROUP_SIZE ?= 8
MAX_RESPONSE_TOKENS ?= 256
LEARNING_RATE ?= 3e-6
UPDATE_OPTIONS ?= --learning-rate $(LEARNING_RATE) --warm-up-steps 2
# A format that cannot be gamed by merging steps: see docs/srar-reward.md.
REWARD_OPTIONS ?= --format numbered
ALLOW_NO_EFFECT ?= yes
EVAL_OPTIONS ?= --group-size 1 --temperature 0 --max-response-tokens $(MAX_RESPONSE_TOKENS)
