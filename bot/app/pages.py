"""Where report pages and bundles lie until somebody asks for them with a link."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.links import Kind, Subject


class Pages(Protocol):
    """Pages and bundles by repository (GitHub's number) and id.

    Both instances of a site see the same ones. Forks can have an evaluation in common:
    each repository then has a page of its own. Every method raises `MachineryFault`.
    """

    def keep(self, repository: int, evaluation: str, html: str, at: float) -> None:
        """Keep an evaluation's report in place of an earlier one (Unix seconds)."""
        ...

    def page(self, repository: int, evaluation: str) -> str | None:
        """The HTML of a report, or None."""
        ...

    def keep_bundle(self, repository: int, bundle: str, data: bytes, at: float) -> None:
        """Keep a git bundle in place of an earlier one (Unix seconds)."""
        ...

    def bundle(self, repository: int, bundle: str) -> bytes | None:
        """The bytes of a bundle, or None."""
        ...

    def subjects(self, kind: Kind, id_: str) -> Sequence[Subject]:
        """What is kept under an id, as a link to it must be signed now.

        None, or one for each repository that has it; contents are not read.
        """
        ...

    def generation(self, repository: int) -> int:
        """Which generation of a repository's links counts; 0 at first."""
        ...

    def revoke(self, repository: int) -> int:
        """Let no link that was given out open anything; the new generation."""
        ...

    def prune(self, before: float) -> int:
        """Forget what was kept before this (Unix seconds); how many.

        Generations stay: a link that was revoked is never good again.
        """
        ...
