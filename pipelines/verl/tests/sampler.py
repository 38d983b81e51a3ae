"""A stand-in for the servers that sample: its responses are written down beforehand, for each problem in the prompt."""

from verl.workers.rollout.replica import TokenOutput


class WrittenResponses:
    """What verl's agent loop asks for tokens; its n-th answer to a problem is the problem's n-th response."""

    def __init__(self, tokenizer, responses: dict[str, list[str]]):
        """Takes the responses by the problem's text."""
        self._tokenizer, self._responses = tokenizer, responses
        self._answered = dict.fromkeys(responses, 0)

    async def generate(self, *, prompt_ids: list[int], **_) -> TokenOutput:
        prompt = self._tokenizer.decode(prompt_ids)
        problem = next(problem for problem in self._responses if problem in prompt)
        response = self._responses[problem][self._answered[problem]]
        self._answered[problem] += 1
        tokens = self._tokenizer(response, add_special_tokens=False)["input_ids"]
        return TokenOutput(token_ids=tokens, log_probs=[-1.0] * len(tokens))
