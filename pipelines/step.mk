# One RL step, file by file:
#
#   prompts → rollouts → judged → rewarded → advantages → policy/
#
# Step n starts from the policy of step n − 1, step 1 from $(POLICY). Deleting or touching a file redoes
# what follows it. A stage's options are a file of their own that changes only when they do; so are the names of what a run begins with.

run := $(RUNS)/$(RUN)
# The targets that make their problems and their first policy before they train.
whole-runs := demo-steps smollm-steps

# A stage's file named as a goal is made of its step: make runs/mine/step-0007/judged.jsonl.zst RUN=mine …
stage-goals := $(filter $(run)/step-%,$(MAKECMDGOALS))
stage-steps := $(foreach goal,$(stage-goals),$(firstword $(subst /, ,$(patsubst $(run)/step-%,%,$(goal)))))
ifneq ($(stage-steps),)
override STEP := $(shell echo $$((10#$(lastword $(sort $(stage-steps))))))
endif
ifneq ($(filter step replay train $(whole-runs),$(MAKECMDGOALS)),)
$(foreach name,STEP STEPS,$(if $(shell [[ "$($(name))" =~ ^[1-9][0-9]*$$ ]] && echo yes),,\
  $(error $(name) is "$($(name))": give a number from 1 on)))
endif

# The steps whose options are compared with the present ones: all of a training, else the one named and those before it that were never
# begun, which it needs. (The update's options are the last that a step's beginning writes.)
ifneq ($(filter train $(whole-runs),$(MAKECMDGOALS)),)
active-steps := $(shell seq 1 $(STEPS))
else
active-steps := $(foreach n,$(shell seq 1 $(STEP)),$(if \
  $(and $(filter-out $(STEP),$(n)),$(wildcard $(run)/step-$(shell printf %04d $(n))/update.options)),,$(n)))
endif
step-numbers := $(shell seq 1 $(lastword $(active-steps)))
step-folders := $(shell seq -f '$(run)/step-%04g' 1 $(words $(step-numbers)))
# The policy that each step starts from, in the order of the steps, and the last one.
policies-before := $(POLICY) $(addsuffix /policy,$(step-folders))
last-policy := $(lastword $(policies-before))

# $(call options-file,FILE,OPTIONS): writes the options where they differ from what the file holds; not under `make -n`.
options-file = $(if $(is-dry-run),,$(call write-options,$(1),$(2)))
is-dry-run := $(findstring n,$(filter-out --%,$(firstword $(MAKEFLAGS))))
ifneq ($(is-dry-run),)
%.options: ;
endif
# (GNU make 4.3 sometimes keeps a file's last newline, which must not count as a change.)
write-options = $(if $(and $(wildcard $(1)),$(call same,$(strip $(file <$(1))),$(strip $(2)))),,\
  $(call refuse-secrets,$(notdir $(basename $(1))).options,$(2))$(shell mkdir -p $(dir $(1)))$(file >$(1),$(strip $(2))))
# $(call refuse-secrets,NAME,OPTIONS): stops where options that are to be kept hold a key or a password.
refuse-secrets = $(if $(findstring clean,$(shell pipelines/options-secrets.sh $(1) '$(subst ','\'',$(strip $(2)))' && echo clean)),,\
  $(error nothing was made))
same = $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x))

# $(call step-options,NUMBER,FOLDER)
define step-options
$(call options-file,$(2)/problems.options,$(PROBLEMS))
$(call options-file,$(2)/start.options,$(word $(1),$(policies-before)))
$(call options-file,$(2)/checked-from.options,$(before-check))
$(call options-file,$(2)/rewarded-from.options,$(before-reward))
$(call options-file,$(2)/prompts.options,--size $(GROUPS_PER_STEP) --step $(1) --seed $(SEED))
$(call options-file,$(2)/rollout.options,--seed $(SEED) --step $(1) $(compute-option) $(ROLLOUT_OPTIONS))
$(call options-file,$(2)/judge.options,$(JUDGE_OPTIONS))
$(call options-file,$(2)/check.options,$(STEP_CHECK_OPTIONS))
$(call options-file,$(2)/reward.options,$(REWARD_OPTIONS))
$(call options-file,$(2)/advantage.options,$(ADVANTAGE_OPTIONS))
$(call options-file,$(2)/update.options,--seed $(SEED) $(compute-option) $(UPDATE_OPTIONS))
endef

# $(call stage,TOOL,FOLDER,NAME OF ITS OPTIONS): one tool from its input to its output.
stage = $(BIN)/$(1) $(TOOL_OPTIONS) $$< --output $$@ --metrics $(2)/metrics.jsonl $$$$(< $(2)/$(3).options)

# Whether the judge, the reward and the advantages go on where the method has no effect on a step. No file depends on it.
effect-option := $(if $(filter yes,$(ALLOW_NO_EFFECT)),--allow-no-effect)

# What makes the next policy: srar-update, or with UPDATE=fsdp the same on PyTorch.
update = $(if $(filter fsdp,$(UPDATE)),$(fsdp),$(BIN)/srar-update)

# $(call sharded-stage,TOOL,FOLDER,NAME OF ITS OPTIONS): the same, in SHARDS parts where there are several.
sharded-stage = $(if $(filter-out 1,$(SHARDS)),+$(MAKE) -f pipelines/shards.mk TOOL='$(BIN)/$(1) $(TOOL_OPTIONS)' \
  INPUT=$$< OUTPUT=$$@ OPTIONS=$(2)/$(3).options METRICS=$(2)/metrics.jsonl SHARDS=$(SHARDS) NEEDS='$$^',@$(call stage,$(1),$(2),$(3)))

# Without a judge the reward reads the rollouts themselves, and with a check of the steps what comes of it.
before-check := $(if $(filter yes,$(JUDGED)),judged,rollouts)
before-reward := $(if $(filter yes,$(STEP_CHECK)),checked,$(before-check))

# Steps are checked by arithmetic unless the options name a model, whatever JUDGE_URL and JUDGE_MODEL say. No file depends on it.
check-judge := $(if $(filter --judge --judge=% --url --url=% --model --model=%,$(STEP_CHECK_OPTIONS)),,--judge equations)

# $(call step-rules,FOLDER,POLICY BEFORE)
define step-rules
$(1)/prompts.jsonl.zst: $(PROBLEMS) $(1)/problems.options $(1)/prompts.options | $(BIN)/srar-update
	@$(call stage,srar-prep batch,$(1),prompts)
$(1)/rollouts.jsonl.zst: $(1)/prompts.jsonl.zst $(2)/config.json $(1)/start.options $(1)/rollout.options
	$(call sharded-stage,srar-rollout --policy $(2),$(1),rollout)
$(1)/judged.jsonl.zst: $(1)/rollouts.jsonl.zst $(1)/judge.options
	$(call sharded-stage,srar-judge --log $(1)/judge.log.jsonl $(effect-option),$(1),judge)
$(1)/checked.jsonl.zst: $(1)/$(before-check).jsonl.zst $(1)/checked-from.options $(1)/check.options
	@$(call stage,srar-judge steps $(check-judge),$(1),check)
$(1)/rewarded.jsonl.zst: $(1)/$(before-reward).jsonl.zst $(1)/rewarded-from.options $(1)/reward.options
	@$(call stage,srar-reward $(effect-option),$(1),reward)
$(1)/advantages.jsonl.zst: $(1)/rewarded.jsonl.zst $(1)/advantage.options
	@$(call stage,srar-advantage $(effect-option),$(1),advantage)
$(1)/policy/config.json: $(1)/advantages.jsonl.zst $(1)/update.options
	@$(update) $(TOOL_OPTIONS) $$< --policy $(2) --output $(1)/policy \
	  --metrics $(1)/metrics.jsonl $$$$(< $(1)/update.options)

endef

ifeq ($(filter srar fsdp,$(UPDATE)),)
$(error UPDATE is "$(UPDATE)": give srar or fsdp)
endif
ifeq ($(UPDATE),fsdp)
$(addsuffix /policy/config.json,$(step-folders)): | $(FSDP_PYTHON)
endif

# The tools are built where they are missing; `make build` brings them up to date.
$(BIN)/srar-update:
	@$(MAKE) build

# Options files are written only where a step is to be made: `make help` makes no folders.
makes-steps := $(strip $(filter step train $(whole-runs),$(MAKECMDGOALS)) $(stage-goals))
ifneq ($(makes-steps),)
ifneq ($(words $(POLICY) $(PROBLEMS)),2)
$(error give PROBLEMS=file and POLICY=folder; README.md shows a run)
endif
# Whole runs make their own.
ifeq ($(filter $(whole-runs),$(MAKECMDGOALS)),)
$(foreach name,PROBLEMS POLICY,$(if $(wildcard $($(name))),,$(error $(name): there is no "$($(name))")))
endif
$(foreach n,$(active-steps),$(call step-options,$(n),$(word $(n),$(step-folders))))
ifeq ($(filter train $(whole-runs),$(MAKECMDGOALS)),)
missing-steps := $(filter-out $(STEP),$(active-steps))
$(if $(missing-steps),$(info $(run): steps that step $(STEP) needs are missing and are made first: $(missing-steps)))
endif
endif
ifneq ($(makes-steps)$(filter replay,$(MAKECMDGOALS)),)
$(foreach n,$(step-numbers),$(eval $(call step-rules,$(word $(n),$(step-folders)),$(word $(n),$(policies-before)))))
endif

.PHONY: step train replay eval compare report
step: $(last-policy)/config.json ## make one RL step: RUN=name STEP=7 PROBLEMS=file POLICY=folder
	@echo "$(last-policy) is up to date"

train: $(last-policy)/config.json ## make all RL steps of a run: RUN=name STEPS=200 PROBLEMS=file POLICY=folder
	@echo "$(last-policy) is up to date"

# Rejudging needs no step of its own: it reads a step's rollouts and writes beside them. It is done by the options that the step was made
# with, but for those that are given now.
step-folder := $(run)/step-$(shell printf %04d $(STEP))
JUDGE_LOG ?= $(step-folder)/judge.log.jsonl
# $(call given,NAMES): those of the variables that come from the command line or the environment.
given = $(strip $(foreach name,$(1),$(if $(filter command environment,$(firstword $(origin $(name)))),$(name))))
# $(call replay-options,VARIABLE,NAME OF THE STEP'S FILE,VARIABLES THAT IT IS MADE OF)
replay-options = $(if $(call given,$(1) $(3)),$($(1)),$$(< $(step-folder)/$(2).options))
ifneq ($(filter replay,$(MAKECMDGOALS)),)
ifeq ($(wildcard $(step-folder)/rollouts.jsonl.zst),)
$(error there is no $(step-folder)/rollouts.jsonl.zst to judge again)
endif
ifeq ($(wildcard $(JUDGE_LOG)),)
$(error there is no $(JUDGE_LOG) to answer from$(if $(wildcard $(step-folder)/judged.jsonl.zst),,: this step asked no judge, as with \
  PRESET=grpo and PRESET=dapo))
endif
endif
replay: ## judge a step again from a log: RUN=name STEP=7 [JUDGE_LOG=file] [REWARD_OPTIONS=other]
	@mkdir -p $(step-folder)/replay
	@$(BIN)/srar-judge $(TOOL_OPTIONS) $(effect-option) $(step-folder)/rollouts.jsonl.zst $(call replay-options,JUDGE_OPTIONS,judge) \
	  --replay $(JUDGE_LOG) --output $(step-folder)/replay/judged.jsonl.zst
	@$(BIN)/srar-reward $(TOOL_OPTIONS) $(effect-option) $(step-folder)/replay/judged.jsonl.zst $(call replay-options,REWARD_OPTIONS,reward) \
	  --output $(step-folder)/replay/rewarded.jsonl.zst
	@$(BIN)/srar-advantage $(TOOL_OPTIONS) $(effect-option) $(step-folder)/replay/rewarded.jsonl.zst \
	  $(call replay-options,ADVANTAGE_OPTIONS,advantage,ESTIMATOR) --output $(step-folder)/replay/advantages.jsonl.zst
	@echo "$(step-folder)/replay holds the step, judged again"

# $(call evaluate,POLICY,PROBLEMS,OUTPUT): greedy or sampled responses, judged, checked step by step, rewarded. A set to measure on may
# have no rubrics.
evaluate = $(BIN)/srar-rollout $(TOOL_OPTIONS) --policy $(1) --seed $(SEED) $(compute-option) $(EVAL_OPTIONS) $(2) \
  | $(BIN)/srar-judge --quiet --allow-no-effect $(JUDGE_OPTIONS) | $(BIN)/srar-judge steps --judge equations --quiet \
  | $(BIN)/srar-reward --quiet --allow-no-effect $(REWARD_OPTIONS) --output $(3)

ifneq ($(filter eval,$(MAKECMDGOALS)),)
ifneq ($(words $(SET) $(EVAL_POLICY)),2)
$(error give SET=file and EVAL_POLICY=folder; README.md shows a run)
endif
$(foreach name,SET EVAL_POLICY,$(if $(wildcard $($(name))),,$(error $(name): there is no "$($(name))")))
endif
# A measurement has its final names only when all of it succeeded: one of no problems replaces none.
eval: ## measure a policy on a set: RUN=name SET=file [EVAL_POLICY=folder] [EVAL_PRESET=paper]
	@mkdir -p $(run)
	@$(call evaluate,$(EVAL_POLICY),$(SET),$(run)/.$(EVAL_NAME).jsonl.zst)
	@$(BIN)/srar-report $(run)/.$(EVAL_NAME).jsonl.zst --label $(EVAL_POLICY)
	@echo
	@$(BIN)/srar-report evaluate $(run)/.$(EVAL_NAME).jsonl.zst \
	  --problems $(run)/.$(EVAL_NAME)-problems.jsonl.zst
	@for name in $(EVAL_NAME) $(EVAL_NAME)-problems; do mv $(run)/.$$name.jsonl.zst $(run)/$$name.jsonl.zst; done

# $(call evaluation,A): a file as it is, or the results of a run.
evaluation = $(if $(wildcard $(1)/.),$(1)/$(EVAL_NAME)-problems.jsonl.zst,$(if $(wildcard $(1)),$(1),\
  $(RUNS)/$(1)/$(EVAL_NAME)-problems.jsonl.zst))
ifneq ($(filter compare,$(MAKECMDGOALS)),)
ifneq ($(words $(A) $(B)),2)
$(error give A=run B=run, both measured by 'make eval' on the same set, or two files)
endif
$(foreach one,$(A) $(B),$(if $(wildcard $(call evaluation,$(one))),,\
  $(error there is no $(call evaluation,$(one)): measure with 'make eval RUN=$(one) SET=file EVAL_POLICY=folder' first)))
endif
compare: ## test whether policy B is better than A: A=run B=run, after make eval, or two files
	@$(BIN)/srar-report compare $(call evaluation,$(A)) $(call evaluation,$(B))

report: ## show a run, and write its page: RUN=name [WITH="other runs"]
	@$(BIN)/srar-report $(run) $(addprefix $(RUNS)/,$(WITH)) --html $(run)/report.html --title $(RUN)
