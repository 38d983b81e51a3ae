# One stage in several parts, side by side under `make -j`; pipelines/step.mk calls it where SHARDS is more than 1.
#
#   make -f pipelines/shards.mk -j 4 TOOL='srar-judge --log log' INPUT=in OUTPUT=out OPTIONS=file METRICS=file SHARDS=4 NEEDS='in file'
#
# A part that is done stays where another one fails, and is not done again. The whole is the parts one after the other: the same
# records as without parts, every problem's together, in another order of the problems.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

parts := $(foreach n,$(shell seq $(SHARDS)),$(OUTPUT).$(n)-of-$(SHARDS))

# The rename makes the whole appear at once. Nothing that has the temporary name is written over or through (noclobber).
$(OUTPUT): $(parts)
	@rm -f $@.*.tmp; set -o noclobber; whole=$@.$$RANDOM$$RANDOM.tmp; cat $^ > $$whole && mv $$whole $@ && rm $^

# Whoever calls has made them.
$(NEEDS): ;

$(parts): $(OUTPUT).%-of-$(SHARDS): $(NEEDS)
	@$(TOOL) $(INPUT) --shard $*/$(SHARDS) --output $@ --metrics $(METRICS) $$(< $(OPTIONS))
