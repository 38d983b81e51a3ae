# SRaR, as the paper trains (arXiv 2605.17291): step-wise rubric rewards on top of the outcome.
# Costs at the paper's size: 128 × 8 rollouts of up to 8,192 tokens a step, and a judge call for each.
ESTIMATOR ?= srar
