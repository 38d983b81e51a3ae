"""What the tests against real servers ask of records.

    served_records.py responses PROBLEMS             the problems' reference solutions, as responses
    served_records.py judged NAME ASKED JUDGED LOG   every rollout judged or failed, once, and otherwise as it was
    served_records.py samples NAME PROBLEMS SAMPLED  two samples of each problem, in order
"""

import json
import sys


def read(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def responses(problems):
    for problem in read(problems):
        print(json.dumps({"id": problem["id"], "response": problem["solution"]}))


def judged(name, asked, judged, log):
    asked, judged, log = read(asked), read(judged), read(log)
    assert [r["id"] for r in judged] == [r["id"] for r in asked], "a record is missing or out of order"
    assert sorted(e["record"] for e in log) == sorted(r["id"] for r in asked), "a call is not logged"
    counts = {"ok": 0, "failed": 0}
    for record in judged:
        verdicts = record["judge"]["verdicts"]
        items = {item["id"] for item in record["rubric"] if item["type"] != "ANSWER"}
        ids = [verdict["id"] for verdict in verdicts]
        assert len(set(ids)) == len(ids) and set(ids) <= items, "a verdict on nothing that was asked"
        for verdict in verdicts:
            assert type(verdict["satisfied"]) is bool and type(verdict["step"]) is int
        status = record["judge"]["status"]
        assert status == "ok" and verdicts or status == "failed" and record["judge"]["error"] and not verdicts
        counts[status] += 1
        del record["judge"]
    assert judged == asked, "something else in a record has changed"
    if name.endswith("schema"):
        assert counts["ok"] > 0, "no reply could be used, although the server enforces the schema"
    print(f"{name}: {len(judged)} rollouts, {counts['ok']} judged, {counts['failed']} failed, none lost")


def samples(name, problems, sampled):
    problems, sampled = read(problems), read(sampled)
    found = [(record["id"], record["rollout"]["index"]) for record in sampled]
    assert found == [(problem["id"], index) for problem in problems for index in range(2)], "a sample is missing or out of order"
    for record in sampled:
        rollout = record["rollout"]
        assert rollout["response"] and rollout["finish_reason"] in ("stop", "length")
        assert "tokens" not in rollout and "logprobs" not in rollout
        for step in rollout["steps"]:
            start, end = step["bytes"]
            assert rollout["response"].encode()[start:end].decode().startswith("### Step")
    assert len({record["rollout"]["response"] for record in sampled}) > len(problems), "the seeds make no difference"
    print(f"{name}: {len(sampled)} samples, none lost, none twice")


if __name__ == "__main__":
    {"responses": responses, "judged": judged, "samples": samples}[sys.argv[1]](*sys.argv[2:])
