"""What a new policy changes, by the names that its file gives to things."""

import pytest

from bot.adapters.policy_file import load_policy
from bot.domain.policy import Policy
from bot.domain.policy.differing import differing

PLAIN = """\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}", --rate, "{rate}"]
    metrics:
      loss: {direction: minimize, tolerance: 0.05, bounds: [0, null]}
stages:
  fast: {params: {rate: 0.5}, seeds: {min: 4, max: 6}}
protected: ["data/**", "*.lock"]
decision: {alpha: 0.05, spending: "hsd:3", futility: off}
ablation: {unit: commit}
"""


LOSS = "modes.mlp.metrics.loss."


def read(old: str = "", new: str = "") -> Policy:
    assert old in PLAIN
    return load_policy(PLAIN.replace(old, new).encode(), "seedgate.yml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.05, bounds", "1%, bounds", (LOSS + "tolerance 0.05 > 1%",)),
        ("0.05, bounds", "auto, bounds", (LOSS + "tolerance 0.05 > auto",)),
        ("[0, null]", "[0, 1]", (LOSS + "bounds 0, null > 0, 1",)),
        ("alpha: 0.05", "alpha: 0.1", ("decision.alpha 0.05 > 0.1",)),
        ("hsd:3", "pocock", ("decision.spending hsd:3 > pocock",)),
        ("futility: off", "futility: on", ("decision.futility off > on",)),
        ("rate: 0.5", "rate: 0.25", ("stages.fast.params.rate 0.5 > 0.25",)),
        ("min: 4, max: 6", "min: 4, max: 5", ("stages.fast.seeds 4, 5, 6 > 4, 5",)),
        (', "*.lock"', "", ("protected data/**, *.lock > data/**",)),
        ('["data/**", "*.lock"]', "[]", ("protected data/**, *.lock > ",)),
        ("ablation: {unit: commit}\n", "", ("ablation given > ",)),
        ("ablation:", "invasive: {steps: 9}\nablation:", ("invasive  > given",)),
        ("unit: commit", "unit: file", ("ablation.unit commit > file",)),
        ("0.05, bounds", "0.05, slices: [night], bounds", (LOSS + "slices  > night",)),
        ("version: 1\n", "version: 1\n# a comment\n", ()),
    ],
)
def test_a_setting_is_told_with_both_of_its_values(
    old: str, new: str, said: tuple[str, ...]
) -> None:
    found = differing(read(), read(old, new))
    assert tuple(f"{one.name} {one.before} > {one.after}" for one in found) == said


def test_a_part_that_only_one_of_them_has_is_told_as_a_whole() -> None:
    gru = "  gru:\n    train: [python]\n    metrics: {a: {role: report}}\nstages:"
    more = read("stages:", gru)
    (new,) = differing(read(), more)
    assert (new.name, new.before, new.after) == ("modes.gru", "", "given")
    (gone,) = differing(more, read())
    assert (gone.name, gone.before, gone.after) == ("modes.gru", "given", "")


def test_a_tolerance_of_another_kind_is_one_setting() -> None:
    auto, share = read("0.05, bounds", "auto, bounds"), read("0.05, b", "2.5%, b")
    (only,) = differing(auto, share)
    assert (only.before, only.after) == ("auto", "2.5%")
