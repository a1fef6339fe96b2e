"""What a policy may say and this version does not run yet, each by its dotted name.

A feature that is parsed but not executed is refused when a run starts: a gate that
leaves out a rule in silence is worse than none.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.domain.policy.modes import Mode
from bot.domain.policy.stages import Stage, StageKind
from bot.domain.policy.whole import Policy
from workers.contract import EnvironmentManager


class Unsupported(NamedTuple):
    """A feature by its dotted name, and the sentence that says what to do."""

    name: str
    sentence: str


def unsupported(
    policy: Policy, stage: str | None = None, modes: Sequence[str] | None = None
) -> tuple[Unsupported, ...]:
    """The features of the policy that a run by this version would leave out.

    `stage` and `modes` are what the caller chose by name; None means all that the
    policy plans. Empty means that the run executes the whole policy.
    """
    chosen = [mode for mode in policy.modes if modes is None or mode.name in modes]
    found = [
        *_sections(policy),
        *_stages(policy, stage),
        *(one for mode in chosen for one in _mode(mode)),
    ]
    return tuple(found)


_SECTIONS = {
    "evaluation": "nothing is scored by a command of its own",
    "ablation": "branches are judged whole, not change by change",
    "invasive": "modes are not fingerprinted",
    "protected": "protected paths are not watched",
    "shadowed": "shadowed changes are not looked for",
    "relevant": "every change of a tree is trained, whichever files it touches",
}


def _sections(policy: Policy) -> Iterator[Unsupported]:
    for name, fact in _SECTIONS.items():
        if name in policy.given and not _switched_off(policy, name):
            yield _refused(name, fact)
    if policy.enforcement == "advisory":
        yield _refused("enforcement", "a local verdict is always the gate's own")
    if policy.base_moved == "rejudge":
        yield _refused("base_moved", "nothing is judged anew when the base moves")
    if policy.baseline.refresh_s is not None:
        yield _refused("baseline.refresh", "baselines are not re-run on a schedule")
    if policy.data.paths:
        yield _refused("data.paths", "data files are not watched")


def _switched_off(policy: Policy, name: str) -> bool:
    return name == "ablation" and policy.ablation.when == "never"


_KINDS = {
    StageKind.TESTS: "the repository's own tests are not run",
    StageKind.SANITY: "the network is not checked for sanity",
}


def _stages(policy: Policy, chosen: str | None) -> Iterator[Unsupported]:
    wanted = [one for one in policy.stages if _wanted(one, chosen)]
    training = [one for one in wanted if one.kind is StageKind.TRAINING]
    for one in wanted:
        if one.kind is not StageKind.TRAINING:
            yield _unrun(one)
        elif one is not training[0]:
            yield _second(one)


def _unrun(stage: Stage) -> Unsupported:
    place = f"stages.{stage.name}"
    return Unsupported(
        place,
        f"`{place}` is not executed by this version ({_KINDS[stage.kind]}): choose"
        " another stage with `--stage`, or give this one `when: never`.",
    )


def _wanted(stage: Stage, chosen: str | None) -> bool:
    return stage.planned if chosen is None else stage.name == chosen


def _second(stage: Stage) -> Unsupported:
    place = f"stages.{stage.name}"
    return Unsupported(
        place,
        f"`{place}` is a second training stage, and this version runs one at a time:"
        f" choose one with `--stage`, or give this one `when: label:{stage.name}`.",
    )


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
    if mode.quantities:
        yield _refused(f"{place}.quantities", "histograms are not read")
    if mode.samples:
        yield _refused(f"{place}.samples", "sample outputs are not collected")
    if mode.references:
        yield _refused(f"{place}.references", "reference lines are not drawn")


def _refused(name: str, fact: str) -> Unsupported:
    return Unsupported(
        name, f"`{name}` is not executed by this version ({fact}): remove it to run."
    )
