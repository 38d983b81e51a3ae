# GRPO on the outcome alone (arXiv 2402.03300): no judge is asked.
ESTIMATOR ?= grpo
JUDGED ?= no
REWARD_OPTIONS ?= --answers-only
