# One RL step, file by file:
#
#   prompts → rollouts → judged → rewarded → advantages → policy/
#
# Step n starts from the policy of step n − 1, step 1 from $(POLICY). Deleting or touching a file redoes
# what follows it. A stage's options are a file of their own that changes only when they do.

run := runs/$(RUN)

# The steps whose options are compared with the present ones: all of a training, else the one named.
ifneq ($(filter train demo,$(MAKECMDGOALS)),)
active-steps := $(shell seq 1 $(STEPS))
else
active-steps := $(STEP)
endif
step-numbers := $(shell seq 1 $(lastword $(active-steps)))
step-folders := $(shell seq -f '$(run)/step-%04g' 1 $(words $(step-numbers)))
# The policy that each step starts from, in the order of the steps.
policies-before := $(POLICY) $(addsuffix /policy,$(step-folders))

# $(call options-file,FILE,OPTIONS): writes the options where they differ from what the file holds.
options-file = $(if $(and $(wildcard $(1)),$(call same,$(file <$(1)),$(strip $(2)))),,$(shell mkdir -p $(dir $(1)))$(file >$(1),$(strip $(2))))
same = $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x))

# $(call step-options,NUMBER,FOLDER)
define step-options
$(call options-file,$(2)/prompts.options,--size $(GROUPS_PER_STEP) --step $(1) --seed $(SEED))
$(call options-file,$(2)/rollout.options,--seed $(SEED) --step $(1) $(ROLLOUT_OPTIONS))
$(call options-file,$(2)/judge.options,$(JUDGE_OPTIONS))
$(call options-file,$(2)/reward.options,$(REWARD_OPTIONS))
$(call options-file,$(2)/advantage.options,$(ADVANTAGE_OPTIONS))
$(call options-file,$(2)/update.options,--seed $(SEED) $(UPDATE_OPTIONS))
endef

# $(call stage,TOOL,FOLDER,OPTIONS FILE): one tool from its input to its output.
stage = $(BIN)/$(1) $(QUIET) $$< --output $$@ --metrics $(2)/metrics.jsonl $$$$(< $(2)/$(3).options)

# $(call step-rules,FOLDER,POLICY BEFORE)
define step-rules
$(1)/prompts.jsonl.zst: $(PROBLEMS) $(1)/prompts.options
	@$(call stage,srar-prep batch,$(1),prompts)
$(1)/rollouts.jsonl.zst: $(1)/prompts.jsonl.zst $(2)/config.json $(1)/rollout.options
	@$(call stage,srar-rollout --policy $(2),$(1),rollout)
$(1)/judged.jsonl.zst: $(1)/rollouts.jsonl.zst $(1)/judge.options
	@$(call stage,srar-judge --log $(1)/judge.log.jsonl,$(1),judge)
$(1)/rewarded.jsonl.zst: $(1)/judged.jsonl.zst $(1)/reward.options
	@$(call stage,srar-reward,$(1),reward)
$(1)/advantages.jsonl.zst: $(1)/rewarded.jsonl.zst $(1)/advantage.options
	@$(call stage,srar-advantage,$(1),advantage)
$(1)/policy/config.json: $(1)/advantages.jsonl.zst $(1)/update.options
	@$(BIN)/srar-update $(QUIET) $$< --policy $(2) --output $(1)/policy \
	  --metrics $(1)/metrics.jsonl $$$$(< $(1)/update.options)

endef

# Rules and options only where a step is to be made: `make help` must not make folders.
ifneq ($(filter step train demo,$(MAKECMDGOALS)),)
$(foreach n,$(active-steps),$(call step-options,$(n),$(word $(n),$(step-folders))))
endif
$(foreach n,$(step-numbers),$(eval $(call step-rules,$(word $(n),$(step-folders)),$(word $(n),$(policies-before)))))
.PRECIOUS: $(run)/step-%
