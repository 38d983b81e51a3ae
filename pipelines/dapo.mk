# DAPO (arXiv 2503.14476): GRPO with dynamic sampling and overlong shaping; no judge is asked.
# Groups whose answers are all right or all wrong are dropped, so more are sampled than are trained on: here twice as many.
# DAPO samples until the batch is full; a step here is one pass, so a batch may stay smaller.
ESTIMATOR ?= grpo
JUDGED ?= no
TRAINED_GROUPS ?= 128
GROUPS_PER_STEP ?= 256
# The last 4,096 tokens before the limit cost up to 1 (DAPO, section 3.4).
REWARD_OPTIONS ?= --answers-only --max-response-tokens $(MAX_RESPONSE_TOKENS) \
  --overlong-buffer $(OVERLONG_BUFFER) --overlong-penalty 1
OVERLONG_BUFFER ?= 4096
ADVANTAGE_OPTIONS ?= --estimator $(ESTIMATOR) --drop-uniform-groups --max-groups $(TRAINED_GROUPS)
