# Rubrics as Rewards: the rubric's score as one scalar for the whole response (the paper's baseline).
# Costs as much as SRaR: the judge is asked just as often.
ESTIMATOR ?= rar
