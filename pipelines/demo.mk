# The demo: a small policy learns the embedded task.
#
#   problems → a new policy → supervised warm start → RL steps → the same test before and after
#
# On two cores: about a minute for the warm start and four for the RL steps; 60 MB under runs/demo.

ifneq ($(filter demo,$(MAKECMDGOALS)),)
RUN := demo
endif
demo := runs/demo

.PHONY: demo
demo: build ## learn the embedded task from nothing, and show what was learned
	@$(MAKE) demo-summary RUN=demo PRESET=demo
