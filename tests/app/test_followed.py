"""What changes while trials run: what is still wanted goes on, and is paid once."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.stage import HANDS, Stage, behaving, staged
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, Behaviour, quick_policy
from tests.waiting import until
from workers.contract import TrialSpec

FAST = "  fast: {seeds: {min: 4, max: 8}}\n"
STAGES = quick_policy().replace(
    FAST, f"{FAST}  full: {{seeds: {{min: 4, max: 8}}, when: label:full}}\n"
)


def running(stage: Stage, folder: Path) -> Pull:
    """A pull request whose trials run until they may end."""
    hold, ledger = folder / "hold", folder / "ledger"
    held = replace(BETTER, hold=str(hold), ledger=str(ledger))
    stage.bob.pushes(stage.quick, "idea", {"other.py": "# Another change.\n"})
    pull = stage.proposes("idea", held)
    until(lambda: ledger.exists() and "start idea" in ledger.read_text(), "a trial")
    return pull


def asks_anew(stage: Stage, change: Callable[[], object]) -> None:
    """Something changes, for which another evaluation asks for its trials."""
    store, asked = stage.app_now.store, list[str]()
    want = store.want

    def noted(evaluation: str, specs: object) -> None:
        want(evaluation, specs)  # type: ignore[arg-type]
        asked.append(evaluation)

    store.want = noted  # type: ignore[method-assign, assignment]
    change()
    until(lambda: asked, "other trials to be asked for")


def twice(stage: Stage) -> list[str]:
    """What was trained more than once."""
    return [key for key, count in Counter(stage.crew.ran).items() if count > 1]


@pytest.mark.parametrize(
    "text", ["/gate run", "/gate more 2", "/gate target mode=quick", "/gate ablate"]
)
def test_an_order_while_trials_run_kills_none_of_them(
    tmp_path: Path, text: str
) -> None:
    with staged(tmp_path) as stage:
        pull = running(stage, tmp_path)
        asks_anew(stage, lambda: stage.bob.comments(stage.quick, pull, text))
        (tmp_path / "hold").touch()
        stage.concluded(pull.head.sha, "success")
        stage.quiet()
        assert twice(stage) == []
        stage.page(pull)


def test_a_label_while_trials_run_kills_none_of_them(tmp_path: Path) -> None:
    with staged(tmp_path, STAGES) as stage:
        pull = running(stage, tmp_path)
        asks_anew(stage, lambda: stage.ann.labels(stage.quick, pull, "full"))
        (tmp_path / "hold").touch()
        stage.concluded(pull.head.sha, "success")
        stage.quiet()
        assert twice(stage) == []
        stage.page(pull)


@pytest.mark.parametrize("text", ["/gate target mode=quick", "/gate ablate"])
def test_an_order_while_a_later_stage_runs_kills_none_of_its_trials(
    tmp_path: Path, text: str
) -> None:
    with staged(tmp_path, STAGES) as stage:
        hold, ledger = tmp_path / "hold", tmp_path / "ledger"
        hold.touch()
        pull = running(stage, tmp_path)
        stage.concluded(pull.head.sha, "success")
        hold.unlink()
        before = len(ledger.read_text())
        stage.ann.labels(stage.quick, pull, "full")
        until(lambda: "start idea" in ledger.read_text()[before:], "the next stage")
        asks_anew(stage, lambda: stage.bob.comments(stage.quick, pull, text))
        hold.touch()
        stage.concluded(pull.head.sha, "success")
        stage.quiet()
        assert twice(stage) == []
        stage.page(pull)


def test_what_begins_while_an_order_takes_a_later_stage_over_is_paid_once(
    tmp_path: Path,
) -> None:
    """Some of it waited when the order looked for what runs, and ran a moment later."""
    more_than_hands = STAGES.replace("full: {seeds: {min: 4", "full: {seeds: {min: 6")
    with staged(tmp_path, more_than_hands) as stage:
        hold, ledger = tmp_path / "hold", tmp_path / "ledger"
        hold.touch()
        pull = running(stage, tmp_path)
        stage.concluded(pull.head.sha, "success")
        hold.unlink()
        store, asked = stage.app_now.store, list[set[str]]()
        want = store.want

        def noted(evaluation: str, specs: Sequence[TrialSpec]) -> None:
            """Before more is done than to want what runs, all the others begin."""
            want(evaluation, specs)
            asked.append({one.key for one in specs})
            if len(asked) == 2:
                assert not asked[0] <= {*stage.crew.ran}, "none waits"
                hold.touch()
                until(lambda: asked[0] <= {*stage.crew.ran}, "all to have begun")

        store.want = noted  # type: ignore[method-assign]
        stage.ann.labels(stage.quick, pull, "full")
        until(lambda: held(ledger) == HANDS, "every machine to be taken")
        stage.bob.comments(stage.quick, pull, "/gate ablate")
        until(hold.exists, "the order to take over")
        stage.concluded(pull.head.sha, "success")
        stage.quiet()
        assert twice(stage) == []
        stage.page(pull)


def held(ledger: Path) -> int:
    """How many runs wait for their end."""
    what = Counter(line.split()[0] for line in ledger.read_text().splitlines())
    return what["start"] - what["end"]


def test_a_push_while_trials_run_lets_those_of_the_baseline_go_on(
    tmp_path: Path,
) -> None:
    """Those of the head before, which nobody wants any more, end at once."""
    hold, ledger = tmp_path / "hold", tmp_path / "ledger"
    held = Behaviour(hold=str(hold), ledger=str(ledger))
    hold.touch()
    with staged(tmp_path) as stage:
        stage.ann.pushes(stage.quick, "main", behaving("main", held))
        stage.quiet()
        hold.unlink()
        pull = stage.proposes("idea", replace(held, mean=0.9))
        until(lambda: {"main", "idea"} <= begun(ledger).keys(), "both to run")
        before = pull.head.sha
        pushed = behaving("anew", replace(held, mean=0.9))
        asks_anew(stage, lambda: stage.bob.pushes(stage.quick, "idea", pushed))
        until(lambda: stage.crew.cancelled, "the head before to end")
        hold.touch()
        stage.concluded(pull.head.sha, "success")
        stage.quiet()
        assert set(begun(ledger)["main"].values()) == {1}
        stage.page(pull)
        stage.town.reader.read_run(stage.concluded(before, "cancelled"))


def test_a_push_while_references_are_measured_kills_none_of_them(
    tmp_path: Path,
) -> None:
    """They are the base's, and the last that the next evaluation comes to."""
    command = '[python, train.py, --seed, "{seed}", --output-dir, "{output_dir}"]'
    policy = quick_policy().replace(
        "    train:", f"    references: {{simple: {command}}}\n    train:", 1
    )
    hold, ledger = tmp_path / "hold", tmp_path / "ledger"
    hold.touch()
    ledger.touch()
    behaviour = Behaviour(hold=str(hold), ledger=str(ledger))
    with staged(tmp_path, policy) as stage:
        stage.ann.pushes(stage.quick, "main", behaving("main", behaviour))
        stage.quiet()
        store = stage.app_now.store
        want = store.want

        def holds(evaluation: str, specs: Sequence[TrialSpec]) -> None:
            if any("reference" in one.arm for one in specs):
                hold.unlink(missing_ok=True)
            want(evaluation, specs)

        store.want = holds  # type: ignore[method-assign]
        pull = stage.proposes("idea", replace(behaviour, mean=0.9))
        until(lambda: not hold.exists() and held(ledger) > 0, "references to run")
        store.want = want  # type: ignore[method-assign]
        before, over = pull.head.sha, forgotten(stage)
        pushed = behaving("anew", replace(behaviour, mean=0.9, noise="another"))
        stage.bob.pushes(stage.quick, "idea", pushed)
        until(lambda: over, "the head before to be forgotten")
        hold.touch()
        stage.concluded(pull.head.sha, "success")
        stage.quiet()
        assert twice(stage) == []
        stage.page(pull)
        stage.town.reader.read_run(stage.concluded(before, "cancelled"))


def forgotten(stage: Stage) -> list[str]:
    """Evaluations of which nothing is to be trained any more, as they come."""
    store, over = stage.app_now.store, list[str]()
    withdraw = store.withdraw

    def noted(evaluation: str, *, begun: bool = True) -> None:
        withdraw(evaluation, begun=begun)
        over.extend([evaluation] if begun else [])

    store.withdraw = noted  # type: ignore[method-assign]
    return over


def begun(ledger: Path) -> dict[str, Counter[str]]:
    """How often each seed of each tree was begun, by the name of the tree."""
    found: dict[str, Counter[str]] = {}
    lines = ledger.read_text().splitlines() if ledger.exists() else []
    for what, tree, seed, _ in (line.split() for line in lines):
        if what == "start":
            found.setdefault(tree, Counter())[seed] += 1
    return found
