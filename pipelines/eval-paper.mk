# The paper's evaluation (arXiv 2605.17291): 32 responses to each problem, as it reports for AIME and AMC (Avg@32), at temperature 0.7,
# top-p 0.8 and presence penalty 1.5, of at most 10,240 tokens. For its other sets take EVAL_SAMPLES=1.
EVAL_SAMPLES ?= 32
EVAL_OPTIONS ?= --group-size $(EVAL_SAMPLES) --temperature 0.7 --top-p 0.8 \
  --presence-penalty 1.5 --max-response-tokens 10240
