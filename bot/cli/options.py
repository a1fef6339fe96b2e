"""The options that several verbs share, each said once, and the request they make."""

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

from typer import Option

if TYPE_CHECKING:
    from bot.app.local import Request

Repo = Annotated[Path, Option(help="The repository, or a folder in it.")]
PolicyFile = Annotated[
    Path | None, Option(help="A policy file instead of the base's own.")
]
Targets = Annotated[str, Option(help="Modes meant to change: a,b.")]
OneStage = Annotated[str | None, Option(help="Run only this stage.")]
Labels = Annotated[
    str, Option(help="Also run the stages that wait for these labels: a,b.")
]
JudgedModes = Annotated[str, Option(help="Judge only these modes: a,b.")]
Jobs = Annotated[int | None, Option(min=1, help="At most this many trials at once.")]
Into = Annotated[
    str | None, Option(help="What the branch goes into; default: the main branch.")
]
ReportJson = Annotated[
    Path | None, Option(help="Write the report as JSON to this file (- is stdout).")
]
ResultJson = Annotated[
    Path | None, Option(help="Write the result as JSON to this file (- is stdout).")
]


def listed(text: str) -> tuple[str, ...]:
    """The names in `a,b`."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def request_of(
    base: str | None,
    policy: Path | None,
    *,
    head: str = "HEAD",
    mode: str = "",
    target: str = "",
    stage: str | None = None,
    label: str = "",
    outputs: tuple[PurePath, ...] = (),
) -> "Request":
    """What the shared options ask for; a verb adds its own by `replace`.

    Raises `UserFault` for a policy file that cannot be read.
    """
    from bot.app.local import Request
    from bot.compose.judge import read_policy

    return Request(
        base=base,
        head=head,
        policy_text=None if policy is None else read_policy(policy),
        policy_source=str(policy or ""),
        modes=listed(mode),
        targets=listed(target),
        stage=stage,
        labels=listed(label),
        outputs=outputs,
    )
