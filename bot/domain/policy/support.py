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
    policy: Policy, modes: Sequence[str] | None = None, *, on_github: bool = False
) -> tuple[Unsupported, ...]:
    """The features of the policy that a run by this version would leave out.

    `modes` are what the caller chose by name; None means all. What only has a meaning
    for pull requests is left out by every run but that of the App (`on_github`). Empty
    means that the run executes the whole policy.
    """
    chosen = [mode for mode in policy.modes if modes is None or mode.name in modes]
    apart = () if on_github else tuple(_of_pulls(policy))
    return (*apart, *(one for mode in chosen for one in _mode(mode)))


def _of_pulls(policy: Policy) -> Iterator[Unsupported]:
    if policy.enforcement == "advisory":
        yield _elsewhere("enforcement", "a local verdict is always the gate's own")
    if policy.base_moved == "rejudge":
        fact = "nothing is judged anew here when the base moves"
        yield _elsewhere("base_moved", fact)
    if policy.baseline.refresh_s is not None:
        fact = "nothing runs on a schedule here"
        yield _elsewhere("baseline.refresh", fact)


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


def _elsewhere(name: str, fact: str) -> Unsupported:
    return Unsupported(
        name,
        f"`{name}` is executed for pull requests on GitHub alone ({fact}): to run, name"
        " a copy of the policy without it by --policy.",
    )
