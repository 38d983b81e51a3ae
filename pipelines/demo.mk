# The demo's values: a policy of 0.9 million parameters, the embedded task, the srar preset.
#
#   problems → a new policy → supervised warm start → RL steps → the same test before and after
#
# On two cores: one to three minutes for the warm start and five or six for the RL steps; 700 MB under runs/demo.

RUN ?= demo
RUNS ?= runs
demo = $(RUNS)/$(RUN)
PROBLEMS = $(demo)/train.jsonl.zst
POLICY = $(demo)/warm
STEPS ?= 60

# 12,000 problems to learn from, 300 to be measured on; no text is in both.
demo-train = --count 12000 --difficulty 1 --seed $(SEED)
demo-test = --count 300 --difficulty 1 --seed $(SEED)
demo-init = --layers 4 --hidden 128 --heads 4 --vocabulary 512 --positions 512 --seed $(SEED)
# One pass at a high rate, until the format and much of the arithmetic are learned. A model this small learns arithmetic abruptly, at
# another time with every seed and processor, so it is the loss that says when there is as much learned as room left.
demo-sft = --learning-rate 3e-3 --adam-beta2 0.95 --batch-tokens 2048 --stop-at-loss 0.045 --seed $(SEED) $(compute-option)

# A small policy takes a learning rate two hundred times the paper's, and four optimizer steps per RL step. The warm-up is four
# RL steps long: AdamW's first steps have the size of the learning rate whatever the gradient, and undo arithmetic.
GROUPS_PER_STEP ?= 64
GROUP_SIZE ?= 8
MAX_RESPONSE_TOKENS ?= 200
LEARNING_RATE ?= 2e-4
UPDATE_OPTIONS ?= --learning-rate $(LEARNING_RATE) --warm-up-steps 16 --adam-beta2 0.99 \
  --mini-batch-size 128
# A format that cannot be gamed by merging steps: see docs/srar-reward.md.
REWARD_OPTIONS ?= --format numbered
# The steps of every rollout are checked by arithmetic, so that the report can show what was rewarded wrongly.
STEP_CHECK ?= yes
EVAL_OPTIONS ?= --group-size 1 --temperature 0 --max-response-tokens $(MAX_RESPONSE_TOKENS)
# Late steps of a small policy may have nothing left to teach.
ALLOW_NO_EFFECT ?= yes
TOOL_OPTIONS ?= --quiet
