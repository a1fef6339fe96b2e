"""The trials file of `seedgate judge`."""

import dataclasses
import json
from pathlib import Path

import pytest

from bot.adapters.trials_file import TrialsFile, load_trials
from bot.domain.arms import label
from bot.domain.errors import UserFault
from bot.domain.trials import Crashed, Measured
from tests.fakes.policies import LOSS, limit, mode, policy
from workers.contract import Failed, FailureReason, TrialState

ROW = '{"seed": 7, "metrics": {"loss": 2.5}}'


def write(folder: Path, branch: str, **more: object) -> Path:
    extra = "".join(f', "{key}": {json.dumps(value)}' for key, value in more.items())
    path = folder / "trials.json"
    text = (
        '{"mode": "mlp", "stage": "fast", "arms": {"baseline": [%s], "branch": [%s]}%s}'
    )
    path.write_text(text % (ROW, branch, extra))
    return path


def test_rows_become_observations_and_trials(tmp_path: Path) -> None:
    file = load_trials(write(tmp_path, ROW + ', {"seed": 8, "failed": "nan"}'))
    given = file.given(mode())
    assert given.branch == (Measured(7, {"loss": 2.5}), Crashed(8, "nan"))
    trials = file.trials(mode())
    assert [one.state for one in trials] == [
        *(TrialState.OK, TrialState.OK, TrialState.FAILED)
    ]
    assert trials[2].result is not None
    assert trials[2].result.outcome == Failed(FailureReason.NAN_METRIC, "nan")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", "nan_metric"),
        ("Infinity", "infinite_metric"),
        ("-Infinity", "infinite_metric"),
        ("1" + "0" * 400, "infinite_metric"),
        ('"2.5"', "unparsable_metric"),
        ("true", "unparsable_metric"),
        ("null", "missing_metric"),
    ],
)
def test_a_value_that_is_no_finite_number_is_a_failed_trial_by_name(
    tmp_path: Path, value: str, reason: str
) -> None:
    row = '{"seed": 7, "metrics": {"loss": ' + value + "}}"
    (one,) = load_trials(write(tmp_path, row)).given(mode()).branch
    assert isinstance(one, Crashed)
    assert (one.reason, one.metric) == (reason, "loss")


def test_a_missing_metric_fails_the_trial(tmp_path: Path) -> None:
    needs = mode("mlp", LOSS, limit("seconds", maximum=1))
    (one,) = load_trials(write(tmp_path, ROW)).given(needs).branch
    assert isinstance(one, Crashed)
    assert one.detail == "`seconds` is missing"


def test_metrics_that_nobody_asked_for_may_be_anything(tmp_path: Path) -> None:
    row = '{"seed": 7, "metrics": {"loss": 1, "note": "fine", "extra": 3}}'
    (one,) = load_trials(write(tmp_path, row)).given(mode()).branch
    assert one == Measured(7, {"loss": 1.0, "extra": 3.0})


def test_looks_made_are_kept_in_order(tmp_path: Path) -> None:
    rows = ", ".join(ROW.replace("7", str(seed)) for seed in range(10))
    file = load_trials(write(tmp_path, rows, looks_made=[10, 5, 5]))
    assert file.looks_made == (5, 10)


def test_a_look_at_more_trials_than_are_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserFault, match="a look at 2 seeds, and no arm has more") as it:
        load_trials(write(tmp_path, ROW, looks_made=[1, 2]))
    assert "every trial" in it.value.mend


def test_no_looks_before_are_not_the_looks_of_the_plan(tmp_path: Path) -> None:
    assert load_trials(write(tmp_path, ROW, looks_made=[])).looks_made == ()


def test_a_name_that_fills_the_screen_is_cut(tmp_path: Path) -> None:
    path = write(tmp_path, ROW)
    path.write_text(path.read_text().replace('"branch"', f'"{"b" * 9000}"'))
    with pytest.raises(UserFault, match=r"no arm called 'b{80}\.\.\.'"):
        load_trials(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not JSON"),
        ("[1, 2", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not a trials file"),
        ('{"mode": ' + "9" * 5000 + "}", "has a number that cannot be read"),
        (
            '{"mode": "m", "stage": "f", "arms": {}, "looks_made": [4, -1]}',
            "`looks_made` has a look at -1 seeds",
        ),
        ('{"mode": "mlp", "stage": "fast"}', "arms: Field required"),
        ('{"mode": 1, "stage": "fast", "arms": {}}', "mode:"),
        ('{"mode": "m", "stage": "f", "arms": {}, "more": 1}', "more: Extra"),
        ('{"mode": "m", "stage": "f", "arms": {"main": []}}', "no arm called 'main'"),
        ('{"mode": "m", "stage": "f", "arms": {"baseline:": []}}', "no arm called"),
        ('{"mode": "m", "stage": "f", "arms": {"without:": []}}', "1 to 64 printable"),
        (
            '{"mode": "m", "stage": "f", "arms": {"only:%s": []}}' % ("a" * 65),
            "1 to 64 printable characters",
        ),
        (
            r'{"mode": "m", "stage": "f", "arms": {"without:\u001b[2J": []}}',
            r"no arm called 'without:\\x1b\[2J'",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"reference:linear": []}}',
            "`reference:linear` is not judged from a file",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"anchor": []}}',
            "`anchor` is not judged from a file",
        ),
        (
            '{"mode": "m", "mode": "n", "stage": "f", "arms": {}}',
            'has the key "mode" twice',
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"branch": [], "branch": []}}',
            'the key "branch" twice in one place',
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"branch": [{"metrics": '
            '{"loss": 1, "loss": 2}}]}}',
            'has the key "loss" twice',
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"branch": {"not_estimable": "x"}}}',
            "arm `branch` cannot be `not_estimable`",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"only:a": {"not_estimable": "x"}}}',
            "arm `only:a` cannot be `not_estimable`",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": '
            '{"without:a": {"not_estimable": " "}}}',
            "arms.without:a.not_estimable: String should have at least 1 character",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"without:a": {"why": "x"}}}',
            "arms.without:a.not_estimable: Field required",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"without:a": 3}}',
            "arms.without:a: Input should be a valid list",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"branch": [{"seed": "1"}]}}',
            "arms.branch.0.seed: Input should be a valid integer",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"without:a": []}, '
            '"titles": {"b": "Add dropout"}}',
            "`titles` names the change 'b', which has no arm",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"without:a": '
            '[{"seed": 1, "failed": "nan"}, {"seed": 1, "failed": "nan"}]}}',
            "the arm `without:a` lists seed 1 more than once",
        ),
        (
            f'{{"mode": "m", "stage": "f", "arms": {{"branch": [{ROW}, {ROW}]}}}}',
            "lists seed 7 more than once",
        ),
        (
            '{"mode": "m", "stage": "f", "arms": {"branch": [{"seed": 1}]}}',
            "needs `metrics` or `failed`",
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_place(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "trials.json"
    path.write_text(text)
    with pytest.raises(UserFault, match=sentence):
        load_trials(path)


def changes(folder: Path, *more: str, titles: str = "{}") -> TrialsFile:
    arms = ", ".join((f'"branch": [{ROW}]', f'"only:b2": [{ROW}]', *more))
    path = folder / "trials.json"
    head = f'"mode": "mlp", "stage": "fast", "titles": {titles}'
    path.write_text("{" + head + ', "arms": {' + arms + "}}")
    return load_trials(path)


def test_arms_of_an_ablation_are_known_by_their_change(tmp_path: Path) -> None:
    left_out = '"without:a1": [' + ROW + ', {"seed": 8, "failed": "oom"}]'
    titles = '{"a1": "Add dropout"}'
    file = changes(tmp_path, left_out, '"without:b2": []', titles=titles)
    arms = file.changes(mode())
    assert arms.changes == ("b2", "a1")
    assert arms.without == {
        "a1": (Measured(7, {"loss": 2.5}), Crashed(8, "oom")),
        "b2": (),
    }
    assert arms.only == {"b2": (Measured(7, {"loss": 2.5}),)}
    assert (arms.full, arms.baseline) == (arms.only["b2"], ())
    assert arms.titles == {"a1": "Add dropout"}
    labels = [label(one.arm) for one in file.trials(mode())]
    assert labels == ["branch", "only:b2", "without:a1", "without:a1"]


def test_an_arm_that_could_not_be_made_says_why_instead(tmp_path: Path) -> None:
    reason = '"without:b2": {"not_estimable": " does not apply "}'
    arms = changes(tmp_path, reason).changes(mode())
    assert arms.not_estimable == {"b2": "does not apply"}
    assert arms.without == {}
    assert arms.changes == ("b2",)


def test_a_slice_of_the_mode_that_is_missing_fails_the_trial_by_name(
    tmp_path: Path,
) -> None:
    sliced = mode("mlp", dataclasses.replace(LOSS, slices=("night", "day")))
    good = '{"seed": 7, "metrics": {"loss": 1, "loss/night": 2, "loss/day": 3}}'
    bad = '{"seed": 8, "metrics": {"loss": 1, "loss/night": 2}}'
    file = load_trials(write(tmp_path, f"{good}, {bad}"))
    whole, lacking = file.given(sliced).branch
    assert whole == Measured(7, {"loss": 1.0, "loss/night": 2.0, "loss/day": 3.0})
    assert lacking == Crashed(8, "missing_metric", "`loss/day` is missing", "loss/day")


def test_the_machine_and_the_digest_of_a_trial_are_kept(tmp_path: Path) -> None:
    row = '{"seed": 7, "metrics": {"loss": 1}, "digest": "d", "node": "rack-3"}'
    failed = '{"seed": 8, "failed": "oom", "node": "rack-4"}'
    _, good, bad = load_trials(write(tmp_path, f"{row}, {failed}")).trials(mode())
    assert good.result is not None
    assert bad.result is not None
    assert (good.result.node, good.result.stream_digest) == ("rack-3", "d")
    assert bad.result.node == "rack-4"


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserFault, match="There is no trials file"):
        load_trials(tmp_path / "none.json")
    with pytest.raises(UserFault, match="cannot be read"):
        load_trials(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserFault, match="cannot be read"):
        load_trials(tmp_path / "binary")


def test_results_of_a_mode_or_stage_that_the_policy_lacks_are_refused(
    tmp_path: Path,
) -> None:
    file = load_trials(write(tmp_path, ROW))
    assert file.place(policy())[0].name == "mlp"
    with pytest.raises(UserFault, match="of mode `mlp`, which the policy has not"):
        file.place(policy(mode("conv")))
    other = file.__class__("mlp", "slow", file.rows, None, "")
    with pytest.raises(UserFault, match="no training stage `slow`"):
        other.place(policy())
