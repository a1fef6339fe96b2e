"""Real runs of six modes behind one flag: what was touched, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.invasiveness import judge, with_late
from bot.domain.invasiveness.rules import Terms
from bot.domain.verdict import Fingerprint, Reason, Ruling
from tests.samples.digits.build import build
from tests.samples.names.build import MODES, build_names, edit
from tests.samples.names.workbench import Workbench

CHANGED, IDENTICAL = Fingerprint.CHANGED, Fingerprint.IDENTICAL

pytestmark = [pytest.mark.xdist_group("names"), pytest.mark.long]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """One bench for all stories: runs of the base are made once."""
    home = tmp_path_factory.mktemp("names")
    with Workbench(home, build_names(home / "repository")) as bench:
        yield bench


@pytest.fixture
def digits(tmp_path: Path) -> Iterator[Workbench]:
    build(tmp_path / "repository")
    with Workbench(tmp_path, tmp_path / "repository") as bench:
        yield bench


def kinds(bench: Workbench, branch: str) -> dict[str, Fingerprint]:
    found = bench.fingerprint(bench.plan(branch)).behaviours
    return {mode: seen.fingerprint for mode, seen in found.items()}


@pytest.mark.soak
def test_a_renamed_variable_changes_no_mode(names: Workbench) -> None:
    branch = edit(names.repository, "renamed", ("chosen", "picked"))
    assert kinds(names, branch) == dict.fromkeys(MODES, IDENTICAL)


def test_one_modes_learning_rate_times_1_0001_changes_exactly_that_mode(
    names: Workbench,
) -> None:
    change = ('"gru": 5e-3', '"gru": 5.0005e-3')
    plan = names.plan(edit(names.repository, "hotter", change))
    found = names.fingerprint(plan).behaviours
    changed = {mode for mode, one in found.items() if one.fingerprint is CHANGED}
    assert changed == {"gru"}
    seen = found["gru"]
    assert seen.quantity == "optimizer settings"
    assert (seen.same_data_order, seen.files_added, seen.shapes) == (True, (), ())
    judged = judge(found, Terms())
    assert judged.targets == {"gru"}
    assert judged.findings[0].reason is Reason.TARGETS_INFERRED


@pytest.mark.soak
def test_a_shared_default_changes_every_mode_and_blocks(names: Workbench) -> None:
    change = ('batch-size", type=int, default=32', 'batch-size", type=int, default=33')
    branch = edit(names.repository, "larger", change)
    found = names.fingerprint(names.plan(branch)).behaviours
    assert {one.fingerprint for one in found.values()} == {CHANGED}
    states = {one.state for one in judge(found, Terms()).findings}
    assert states == {Ruling.BLOCK}


@pytest.mark.soak
def test_a_rate_that_drops_late_shows_beside_whole_trials(names: Workbench) -> None:
    drop = "            group['lr'] *= 0.1 if step > 100 else 1.0\n"
    line = '            group["lr"] = rate_at('
    change = (line, f"            pass\n{line}")
    late = (
        "        loss = loss_of(model, inputs[chosen]",
        f"        for group in optimizer.param_groups:\n{drop}"
        "        loss = loss_of(model, inputs[chosen]",
    )
    branch = edit(names.repository, "late", change, late)
    plan = names.plan(branch, modes=(names.plan(branch).policy.modes[0],))
    found = names.fingerprint(plan).behaviours
    assert found["bigram"].fingerprint is IDENTICAL
    seen = with_late(found, names.watched(plan, "bigram", 2), ["late"])["bigram"]
    assert (seen.fingerprint, seen.late) == (CHANGED, True)
    assert (seen.quantity, seen.changed_by) == ("learning rates", ("late",))


@pytest.mark.soak
def test_an_optimizer_that_torch_does_not_know_is_watched_too(
    digits: Workbench,
) -> None:
    refactored = digits.fingerprint(digits.plan("refactor"))
    kinds_of = {one.fingerprint for one in refactored.behaviours.values()}
    assert kinds_of == {IDENTICAL}
    change = (
        '"--lr", type=float, default=0.05',
        '"--lr", type=float, default=0.050005',
    )
    branch = edit(digits.repository, "hotter", change, path="train.py")
    plan = digits.plan(branch)
    hotter = digits.fingerprint(plan, digits.lines(plan)).behaviours
    assert {one.fingerprint for one in hotter.values()} == {CHANGED}
    assert {one.changed_lines for one in hotter.values()} == {2}
