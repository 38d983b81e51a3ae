# The experiment's rules; its values are in experiment.mk.
#
#   problems → a new policy → warm start → a learning rate for each arm → every arm under every seed → docs/results.md
#
# Each run keeps its rewarded and advantage streams and its evaluation; the policies between go when it is done.

.PHONY: experiment experiment-steps
experiment: build ## the paper's comparisons in miniature: writes docs/results.md from the records (SEEDS="1 2 3 4 5")
	@$(MAKE) -j $(if $(JOBS),$(JOBS),2) experiment-steps PRESET=

ifneq ($(filter experiment-steps,$(MAKECMDGOALS)),)

$(foreach name,train held-out init sft,$(call options-file,$(experiment)/$(name).options,$(experiment-$(name))))
# What the runs of an arm depend on beside their seed and rate.
$(foreach arm,$(ARMS),$(call options-file,$(experiment)/arm-$(arm).options,$(arm-$(arm)) $(experiment-update) $(experiment-run)))

$(experiment)/train.jsonl.zst: $(experiment)/train.options
	@$(BIN)/srar-prep synth --quiet $$(< $<) --output $@
$(experiment)/held-out.jsonl: $(experiment)/held-out.options
	@$(BIN)/srar-prep synth --quiet --plain $$(< $<) --output $@
$(experiment)/test.jsonl: $(experiment)/held-out.jsonl
	@head -n $(TEST_PROBLEMS) $< > $@
$(experiment)/validation.jsonl: $(experiment)/held-out.jsonl
	@tail -n +$$(($(TEST_PROBLEMS) + 1)) $< > $@

$(experiment)/initial/config.json: $(experiment)/train.jsonl.zst $(experiment)/init.options
	@$(BIN)/srar-update init --quiet $$(< $(experiment)/init.options) --output $(experiment)/initial
$(experiment)/warm/config.json: $(experiment)/train.jsonl.zst $(experiment)/initial/config.json $(experiment)/sft.options
	@echo "warm start: a new policy learns from reference solutions, until the loss is 0.035"
	@$(BIN)/srar-update sft --quiet $< --policy $(experiment)/initial $$(< $(experiment)/sft.options) --output $(experiment)/warm

$(experiment)/before.jsonl.zst: $(experiment)/warm/config.json $(experiment)/test.jsonl
	@$(call evaluate,$(experiment)/warm,$(experiment)/test.jsonl,$@)
	@$(BIN)/srar-report $@ --label "after the warm start"

last-step := step-$(shell printf %04d $(STEPS))
# $(call train-arm,ARM,FOLDER,NAME,SEED,RATE,PROBLEMS TO BE MEASURED ON): one run and its evaluation, without what only it needed. A run
# under other options begins anew; one that was interrupted goes on.
define train-arm
	@[[ ! $(experiment)/arm-$(1).options -nt $(2)/$(3)/step-0001/prompts.options ]] || rm -rf $(2)/$(3)
	@$$(MAKE) train $(experiment-run) RUNS=$(2) RUN=$(3) SEED=$(4) PROBLEMS=$(experiment)/train.jsonl.zst POLICY=$(experiment)/warm \
	  ADVANTAGE_OPTIONS='$(arm-$(1))' UPDATE_OPTIONS="--learning-rate $(5) $(experiment-update)" > /dev/null
	@$(call evaluate,$(2)/$(3)/$(last-step)/policy,$(6),$(2)/$(3)/after.jsonl.zst)
	@rm -rf $(2)/$(3)/step-*/{policy,{prompts,rollouts,judged,checked}.jsonl.zst,judge.log.jsonl}
	@echo "done: $(2)/$(3)"
endef

# $(call tuning-rule,ARM,RATE)
define tuning-rule
$(experiment)/tuning/$(1)/$(2)/after.jsonl.zst: $(experiment)/warm/config.json $(experiment)/validation.jsonl $(experiment)/arm-$(1).options
	@mkdir -p $(experiment)/tuning/$(1)
$(call train-arm,$(1),$(experiment)/tuning/$(1),$(2),$(TUNING_SEED),$(2),$(experiment)/validation.jsonl)

endef
# $(call seed-rule,ARM,SEED)
define seed-rule
$(experiment)/$(1)/seed-$(2)/after.jsonl.zst: $(experiment)/$(1)/rate $(experiment)/test.jsonl $(experiment)/arm-$(1).options
$(call train-arm,$(1),$(experiment)/$(1),seed-$(2),$(2),$$$$(cat $(experiment)/$(1)/rate),$(experiment)/test.jsonl)

endef
# $(call arm-rules,ARM)
define arm-rules
$(foreach rate,$(RATES),$(call tuning-rule,$(1),$(rate)))
$(experiment)/$(1)/rate: $(foreach rate,$(RATES),$(experiment)/tuning/$(1)/$(rate)/after.jsonl.zst)
	@mkdir -p $(experiment)/$(1)
	@basename $$$$(dirname $$$$($(BIN)/srar-report best --quiet $$^)) > $$@
	@echo "$(1) learns at a rate of $$$$(< $$@)"
$(foreach seed,$(SEEDS),$(call seed-rule,$(1),$(seed)))

endef
$(foreach arm,$(ARMS),$(eval $(call arm-rules,$(arm))))

runs-of-all-arms := $(foreach arm,$(ARMS),$(foreach seed,$(SEEDS),$(experiment)/$(arm)/seed-$(seed)/after.jsonl.zst))
experiment-steps: $(experiment)/before.jsonl.zst $(runs-of-all-arms)
	@$(BIN)/srar-report experiment $(experiment) $(addprefix --arm ,$(ARMS)) --output $(RESULTS).md --curves $(RESULTS).svg \
	  $(addprefix --discussion ,$(wildcard $(RESULTS)-discussion.md))
	@$(BIN)/srar-report --quiet $(foreach arm,$(ARMS),$(experiment)/$(arm)/seed-$(firstword $(SEEDS)) --label $(arm)) \
	  --html $(experiment)/report.html --title "The experiment, seed $(firstword $(SEEDS))" > /dev/null
	@echo "$(RESULTS).md has the numbers; open $(experiment)/report.html for the runs of seed $(firstword $(SEEDS))"

endif
