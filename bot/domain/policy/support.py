"""What a policy may say and this version does not run yet, each by its dotted name.

A feature that is parsed but not executed is refused when a run starts: a gate that
leaves out a rule in silence is worse than none.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.domain.policy.modes import Mode
from bot.domain.policy.whole import Policy
from workers.contract import EnvironmentManager


class Unsupported(NamedTuple):
    """A feature by its dotted name, and the sentence that says what to do."""

    name: str
    sentence: str


def unsupported(
    policy: Policy, modes: Sequence[str] | None = None
) -> tuple[Unsupported, ...]:
    """The features of the policy that a run by this version would leave out.

    `modes` are what the caller chose by name; None means all. Empty means that the run
    executes the whole policy.
    """
    chosen = [mode for mode in policy.modes if modes is None or mode.name in modes]
    return (*_sections(policy), *(one for mode in chosen for one in _mode(mode)))


def _sections(policy: Policy) -> Iterator[Unsupported]:
    if "relevant" in policy.given:
        fact = "every change of a tree is trained, whichever files it touches"
        yield _refused("relevant", fact)
    if policy.enforcement == "advisory":
        yield _refused("enforcement", "a local verdict is always the gate's own")
    if policy.base_moved == "rejudge":
        yield _refused("base_moved", "nothing is judged anew when the base moves")
    if policy.baseline.refresh_s is not None:
        yield _refused("baseline.refresh", "baselines are not re-run on a schedule")


def _mode(mode: Mode) -> Iterator[Unsupported]:
    place = f"modes.{mode.name}"
    manager = mode.environment.manager
    if manager is not EnvironmentManager.NONE:
        yield Unsupported(
            f"{place}.environment",
            f"`{place}.environment` asks for {manager}, and this version builds no"
            " environments: say `{manager: none}` to use the packages that are"
            " installed.",
        )
    if mode.network:
        yield _refused(f"{place}.network", "access to hosts is not arranged")


def _refused(name: str, fact: str) -> Unsupported:
    return Unsupported(
        name, f"`{name}` is not executed by this version ({fact}): remove it to run."
    )
