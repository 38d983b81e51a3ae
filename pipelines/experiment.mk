# The experiment's values: seven ways of giving credit, from one warm start, on problems whose right answers often come out of wrong
# steps. About half an hour on two cores; 250 MB under runs/experiment.

RUNS ?= runs
RUN ?= experiment
experiment = $(RUNS)/$(RUN)
# The tables, the curves and what they mean: RESULTS.md is written, RESULTS.svg too, and RESULTS-discussion.md ends the former.
RESULTS ?= docs/results

# The question asks how many groups of five are full, after five to seven calculations: a wrong total often has the right answer.
experiment-task = --question groups --min-steps 5 --max-steps 7 --seed $(SEED)
# Of the problems that are not trained on, the first are the test and the others choose the learning rates.
experiment-train = --count 12000 $(experiment-task)
experiment-held-out = --split test --count 1000 $(experiment-task)
TEST_PROBLEMS ?= 500
experiment-init = --text $(experiment)/train.jsonl.zst --layers 2 --hidden 96 --heads 4 --vocabulary 768 --positions 512 --seed $(SEED)
experiment-sft = --learning-rate 3e-3 --adam-beta2 0.95 --batch-tokens 2048 --stop-at-loss 0.035 --seed $(SEED) $(compute-option)

# Every arm is judged, checked and rewarded alike, so that all are measured alike; only what becomes of the scores differs. dapo drops
# the groups whose answers are all right or all wrong, of as many rollouts as the others have.
ARMS ?= grpo dapo rar srar srar-unnormalized srar-merged srar-satisfied
arm-grpo = --estimator grpo
arm-dapo = --estimator grpo --drop-uniform-groups
arm-rar = --estimator rar
arm-srar = --estimator srar
arm-srar-unnormalized = --estimator srar-unnormalized
arm-srar-merged = --estimator srar-merged
# The published code's G_k: step k is normalised over the rollouts whose item was satisfied there.
arm-srar-satisfied = --estimator srar --membership satisfied

# The rate of each arm is the one with the best accuracy on the validation problems, under a seed that no result is of.
RATES ?= 2.5e-5 5e-5 1e-4 2e-4
TUNING_SEED ?= 101
SEEDS ?= 1 2 3 4 5
# Runs side by side, one thread each.
JOBS ?= 2

STEPS ?= 25
experiment-run = ALLOW_NO_EFFECT=yes STEPS=$(STEPS) GROUPS_PER_STEP=16 STEP_CHECK=yes PRESET= REWARD_OPTIONS='$(REWARD_OPTIONS)' TOOL_OPTIONS=--quiet \
  ROLLOUT_OPTIONS='--group-size 8 --temperature 1 --max-response-tokens 250 --threads 1'
experiment-update = --warm-up-steps 8 --adam-beta2 0.99 --mini-batch-size 32 --threads 1
# A format that cannot be gamed by merging steps: see docs/srar-reward.md.
REWARD_OPTIONS ?= --format numbered
EVAL_OPTIONS ?= --group-size 1 --temperature 0 --max-response-tokens 250 --threads 1
TOOL_OPTIONS ?= --quiet
