# The demo's rules; its values are in demo.mk.

.PHONY: demo demo-steps
demo: build ## learn the embedded task from nothing, and show what was learned
	@$(MAKE) demo-steps PRESET=srar

ifneq ($(filter demo-steps,$(MAKECMDGOALS)),)

demo-start := $(shell date +%s)
$(foreach name,train test init sft,$(call options-file,$(demo)/$(name).options,$(demo-$(name))))

$(demo)/train.jsonl.zst $(demo)/test.jsonl.zst: $(demo)/%.jsonl.zst: $(demo)/%.options
	@$(BIN)/srar-prep synth --split $* $$(< $<) --output $@

$(demo)/initial/config.json: $(demo)/train.jsonl.zst $(demo)/init.options
	@$(BIN)/srar-update init --text $< $$(< $(demo)/init.options) --output $(demo)/initial

$(demo)/warm/config.json: $(demo)/train.jsonl.zst $(demo)/initial/config.json $(demo)/sft.options
	@echo "warm start: a new policy learns $(PROBLEMS) from its reference solutions"
	@$(BIN)/srar-update sft $< --policy $(demo)/initial $$(< $(demo)/sft.options) \
	  --output $(demo)/warm

$(demo)/before.jsonl.zst: $(demo)/warm/config.json $(demo)/test.jsonl.zst
	@$(call evaluate,$(demo)/warm,$(demo)/test.jsonl.zst,$@)
	@$(BIN)/srar-report $@ --label "before RL"
	@echo "RL: $(STEPS) steps of $(GROUPS_PER_STEP) problems × $(GROUP_SIZE) rollouts; 'make report RUN=$(RUN)' shows those that are done"

$(demo)/after.jsonl.zst: $(last-policy)/config.json $(demo)/test.jsonl.zst
	@$(call evaluate,$(last-policy),$(demo)/test.jsonl.zst,$@)

comparison = $(BIN)/srar-report $(demo)/before.jsonl.zst $(demo)/after.jsonl.zst --label "before RL" --label "after $(STEPS) steps"
$(demo)/summary.json: $(demo)/before.jsonl.zst $(demo)/after.jsonl.zst
	@$(comparison) --quiet --summary $@ --note steps=$(STEPS) --note seed=$(SEED) \
	  --note seconds_of_last_make=$$(($$(date +%s) - $(demo-start))) > /dev/null

# What came before RL is measured first, so that there is something to look at while it runs.
$(word 1,$(step-folders))/prompts.jsonl.zst: | $(demo)/before.jsonl.zst

$(demo)/report.html: $(demo)/summary.json
	@$(BIN)/srar-report --quiet $(demo) --html $@ --title "The demo" > /dev/null

demo-steps: $(demo)/report.html
	@$(comparison)
	@echo
	@echo "Open $(demo)/report.html in a browser to see what happened, step by step."
	@echo "$(demo)/summary.json has the numbers; look at a rollout of the last step with"
	@echo "  zstdcat $(lastword $(step-folders))/advantages.jsonl.zst | head -1 | jq ."

endif
