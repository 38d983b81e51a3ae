# Rubrics by contrast (arXiv 2605.17291, section 3.4), file by file:
#
#   solutions → checked → distilled → problems
#
# 1. Several step-by-step solutions of each problem, from a log of a strong model's (SOLUTIONS) or sampled from POLICY.
# 2. Each checked against the reference answer, which parts them into right and flawed.
# 3. A language model distils a rubric from both sides (DISTILL_OPTIONS names it), and then says of each item whether it is
#    right, relevant and of an apt type (VALIDITY_OPTIONS; the same model by default). Unfit items are taken out.
#
# Costs two requests a problem with a contrast: one of up to 8 solutions, one of a rubric.

# What the model is asked with; both stages keep a log, so that nothing is asked twice.
DISTILL_OPTIONS ?=
VALIDITY_OPTIONS ?= $(DISTILL_OPTIONS)
# A log of solutions: lines with the problem's "id" and a "response"; --match and --response-field name other fields.
SOLUTIONS ?=
SOLUTION_OPTIONS ?= --steps headers

distill-folder := $(run)/distill

ifneq ($(filter distill,$(MAKECMDGOALS)),)
ifeq ($(strip $(DISTILL_OPTIONS)),)
$(error give DISTILL_OPTIONS='--url URL --model NAME': which model writes the rubrics?)
endif
ifneq ($(words $(PROBLEMS)),1)
$(error give PROBLEMS=file, and SOLUTIONS=file or POLICY=folder)
endif
ifeq ($(strip $(SOLUTIONS)$(POLICY)),)
$(error give SOLUTIONS=file, a log of solutions, or POLICY=folder, to sample them)
endif
$(foreach name,PROBLEMS SOLUTIONS POLICY,$(if $($(name)),$(if $(wildcard $($(name))),,$(error $(name): there is no "$($(name))"))))
solving := $(if $(SOLUTIONS),--responses $(SOLUTIONS) $(SOLUTION_OPTIONS),--policy $(POLICY) --seed $(SEED) $(compute-option) $(ROLLOUT_OPTIONS))
$(call options-file,$(distill-folder)/solutions.options,$(solving))
$(call options-file,$(distill-folder)/checked.options,$(REWARD_OPTIONS))
$(call options-file,$(distill-folder)/distilled.options,$(DISTILL_OPTIONS))
$(call options-file,$(distill-folder)/problems.options,$(VALIDITY_OPTIONS))
endif

# $(call distill-stage,TOOL): one tool from its input to its output, with the options in the file beside it.
distill-stage = $(BIN)/$(1) $(TOOL_OPTIONS) $< --output $@ --metrics $(@D)/metrics.jsonl $$(< $(@:.jsonl.zst=.options))

$(distill-folder)/solutions.jsonl.zst: $(PROBLEMS) $(SOLUTIONS) $(distill-folder)/solutions.options | $(BIN)/srar-update
	@$(call distill-stage,srar-rollout)
$(distill-folder)/checked.jsonl.zst: $(distill-folder)/solutions.jsonl.zst $(distill-folder)/checked.options
	@$(call distill-stage,srar-reward --answers-only)
$(distill-folder)/distilled.jsonl.zst: $(distill-folder)/checked.jsonl.zst $(distill-folder)/distilled.options
	@$(call distill-stage,srar-prep distill --log $(@D)/distill.log.jsonl)
$(distill-folder)/problems.jsonl.zst: $(distill-folder)/distilled.jsonl.zst $(distill-folder)/problems.options
	@$(call distill-stage,srar-judge rubrics --log $(@D)/validity.log.jsonl)

.PHONY: distill
distill: $(distill-folder)/problems.jsonl.zst ## make rubrics by contrast: RUN=name PROBLEMS=file SOLUTIONS=file DISTILL_OPTIONS=…
	@echo "$< holds the problems with their rubrics"
