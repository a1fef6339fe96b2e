"""What defines a metric, as a hash, and whether a branch changes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MetricVersion:
    """The version of the metrics at the base and with the branch; 16 hex digits each.

    `files` are the evaluation files that differ. `baseline` is the tree of the base
    with the branch's evaluation files, that the branch is compared with where the
    version changed. `scored` maps the label of an arm to the tree that scores it, where
    the policy has a scoring command: its own tree with the base's evaluation files, or
    the branch's where the version changed.
    """

    before: str = ""
    after: str = ""
    files: tuple[str, ...] = ()
    baseline: str | None = None
    scored: tuple[tuple[str, str], ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the branch changes what defines a metric."""
        return self.before != self.after
