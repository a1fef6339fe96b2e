"""References that are commands, with real runs: shown, and deciding nothing."""

from pathlib import Path

from tests.e2e.conftest import Laptop, Told
from tests.samples.quick import BETTER, Behaviour, add_branch, build_quick, quick_policy

WHAT_THE_TREE_SAYS = (
    "import json; print('step 1 loss', json.load(open('config.json'))['mean'])"
)
"""A yardstick that is as good as the tree in which it runs: 1.0 on main."""

REFERENCES = f"""\
    references:
      constant: 0.5
      own: [python, -c, "{WHAT_THE_TREE_SAYS}"]
      seeded: [python, -c, "print('step 1 loss 0.8{{seed}}')"]
      broken: [python, nowhere.py]
    metrics:"""


def policy(rest: str = "") -> str:
    return quick_policy(seeds="[4]", rest=rest).replace("    metrics:", REFERENCES)


def judge(laptop: Laptop, repository: Path, head: str = "branch") -> Told:
    return laptop.run("local", "--repo", repository, "--base", "main", "--head", head)


def shown(told: Told) -> dict[str, dict[str, object]]:
    exhibits = told.report["exhibits"]
    assert isinstance(exhibits, dict)
    return {one["name"]: one for one in exhibits["references"]}


def runs(told: Told) -> list[tuple[str, object, object]]:
    return [
        (str(one["arm"]).removeprefix("reference:"), one["state"], one["cached"])
        for one in told.trials
        if one["stage"] == "reference run"
    ]


def test_commands_are_run_on_the_base_and_shown_beside_the_arms(
    tmp_path: Path, laptop: Laptop
) -> None:
    repository = build_quick(
        tmp_path / "repository", branch_behaviour=BETTER, policy=policy()
    )
    told = judge(laptop, repository)
    assert (told.code, told.verdict) == (0, "pass"), told.err
    found = shown(told)
    assert (found["own"]["value"], found["own"]["runs"]) == (1.0, 1)
    assert found["own"]["beaten"] is True
    seeded = found["seeded"]
    assert (seeded["runs"], seeded["beaten"]) == (3, False)
    assert found["broken"]["unmeasured"] == "failed"
    unbeaten = {one["evidence"]["name"] for one in told.because("reference_unbeaten")}
    assert unbeaten == {"constant", "seeded"}
    (failed,) = told.because("reference_unmeasured")
    assert "the reference broken failed: " in str(failed["message"])
    assert failed["state"] == "info"
    assert runs(told) == [
        ("own", "ok", False),
        *[("seeded", "ok", False)] * 3,
        ("broken", "failed", False),
    ]
    assert "references: 0 of 5 runs ended" in told.err
    assert "not beaten by the branch" in told.out
    assert "8 runs" in told.out  # the ladder counts those of the arms
    add_branch(repository, "other", Behaviour(mean=0.95))
    other = judge(laptop, repository, "other")
    assert [cached for _, _, cached in runs(other)] == [True] * 5
    assert shown(other)["seeded"]["value"] == seeded["value"]


def test_the_budget_is_for_the_arms_first(tmp_path: Path, laptop: Laptop) -> None:
    text = policy("budget: {trials: 9}\n")
    told = judge(laptop, build_quick(tmp_path / "repository", policy=text))
    assert (told.code, told.verdict) == (0, "pass"), told.err
    assert runs(told) == [("own", "ok", False)]
    assert told.ran == 9
    dropped = told.because("reference_unmeasured")
    assert [one["evidence"]["why"] for one in dropped] == ["budget", "budget"]
