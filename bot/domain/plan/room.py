"""How many trials of a mode fit on a node at once."""

from bot.domain.errors import UserFault
from bot.domain.policy import Mode, Role
from workers.contract import Node, SourceKind


def judges_time(mode: Mode) -> bool:
    """Whether wall time can block: such trials must not disturb one another."""
    return any(
        metric.source.kind is SourceKind.WALL_CLOCK and metric.role is not Role.REPORT
        for metric in mode.metrics
    )


def room(node: Node, mode: Mode) -> int:
    """How many trials of a mode fit on a node at once.

    Raises `UserFault` if not even one does: it would wait for ever.
    """
    asked = mode.resources
    have = [
        ("CPUs", asked.cpus, node.cpus),
        ("GPUs", asked.gpus, node.gpus),
        ("bytes of memory", float(asked.memory_bytes or 0), float(node.memory_bytes)),
    ]
    for what, wanted, there in have:
        if wanted > there:
            problem = (
                f"The mode `{mode.name}` asks for {wanted:g} {what}, and this machine "
                f"has {there:g}."
            )
            raise UserFault(problem, "Lower its `resources`, or use a larger machine.")
    kind = (asked.accelerator or "").lower()
    if kind not in (node.accelerator or "").lower():
        problem = f"The mode `{mode.name}` asks for the accelerator {asked.accelerator}"
        there_is = node.accelerator or "none"
        mend = "Name the one that is there, or use a machine that has it."
        raise UserFault(f"{problem}, and this machine has {there_is}.", mend)
    if judges_time(mode):
        return 1
    return min(int(there / wanted) for _, wanted, there in have if wanted)
