"""A child that is started again where it ends."""

import pytest

from bot.adapters.children import ChildProcess, Program
from bot.compose.serving import kept
from bot.compose.serving.kept import Kept
from bot.domain.errors import MachineryFault
from tests.waiting import until

SERVES, ENDS = "import sys; sys.stdin.read()", "raise SystemExit(3)"


def ended(children: list[ChildProcess]) -> bool:
    """Whether the last one has."""
    try:
        children[-1].require()
    except MachineryFault:
        return True
    return False


def short_lived(tries: int) -> tuple[Kept[ChildProcess], list[ChildProcess]]:
    """Children of which each ends at once; those that were made."""
    made = list[ChildProcess]()

    def another() -> ChildProcess:
        made.append(ChildProcess(Program("child", ENDS, {})))
        return made[-1]

    return Kept("child", another, tries=tries), made


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "AGAIN_S", 0.0)


def test_one_that_never_comes_up_is_given_up_after_so_many_tries() -> None:
    several, made = short_lived(tries=3)
    try:
        for _ in range(3):
            several.check()
            until(lambda: ended(made), "it to end")
        with pytest.raises(MachineryFault, match="The child does not come up"):
            several.check()
        assert len(made) == 3
    finally:
        several.close()


def test_one_that_worked_for_long_is_started_again_however_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept, "SHORT_S", 0.0)
    several, made = short_lived(tries=1)
    try:
        for _ in range(3):
            several.check()
            until(lambda: ended(made), "it to end")
        assert len(made) == 3
    finally:
        several.close()


def test_what_each_try_ends_with_is_said_once_and_then_now_and_then(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    several, made = short_lived(tries=9)

    def again(tries: int) -> list[str]:
        caplog.clear()
        for _ in range(tries):
            several.check()
            until(lambda: ended(made), "it to end")
        return [one.getMessage() for one in caplog.records]

    try:
        assert again(4) == ["The child ended with status 3. It is started again."]
        assert again(1) == []
        monkeypatch.setattr(kept, "REPEAT_S", 0.0)
        several._said = "something else"
        assert len(again(2)) == 2
    finally:
        several.close()


def test_one_that_is_dismissed_ends_by_itself() -> None:
    one = Kept("child", lambda: ChildProcess(Program("child", SERVES, {})))
    one.dismiss()  # nothing runs yet
    try:
        one.check()
        child = one.running()
        assert child is not None
        one.dismiss()
        until(lambda: ended([child]), "it to end")
    finally:
        one.close()
