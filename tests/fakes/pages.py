"""Pages and bundles in memory, held to the same contract as those on a database."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.links import Kind, Subject


class _Kept(NamedTuple):
    content: str | bytes
    at: float


class MemoryPages:
    """All of `Pages`; `fault` is raised while it is set, `asked` is what was read."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Kind, int, str], _Kept] = {}
        self._generations: dict[int, int] = {}
        self.fault: Exception | None = None
        self.asked: list[tuple[str, str]] = []

    def keep(self, repository: int, evaluation: str, html: str, at: float) -> None:
        self._kept[Kind.PAGE, repository, evaluation] = _Kept(html, at)

    def page(self, repository: int, evaluation: str) -> str | None:
        found = self._read(Kind.PAGE, repository, evaluation)
        return found if isinstance(found, str) else None

    def keep_bundle(self, repository: int, bundle: str, data: bytes, at: float) -> None:
        self._kept[Kind.BUNDLE, repository, bundle] = _Kept(data, at)

    def bundle(self, repository: int, bundle: str) -> bytes | None:
        found = self._read(Kind.BUNDLE, repository, bundle)
        return found if isinstance(found, bytes) else None

    def _read(self, kind: Kind, repository: int, id_: str) -> str | bytes | None:
        self._reach("content", id_)
        found = self._kept.get((kind, repository, id_))
        return None if found is None else found.content

    def subjects(self, kind: Kind, id_: str) -> Sequence[Subject]:
        self._reach("subjects", id_)
        owners = sorted(key[1] for key in self._kept if (key[0], key[2]) == (kind, id_))
        return [Subject(one, id_, kind, self.generation(one)) for one in owners]

    def generation(self, repository: int) -> int:
        return self._generations.get(repository, 0)

    def revoke(self, repository: int) -> int:
        self._generations[repository] = self.generation(repository) + 1
        return self._generations[repository]

    def prune(self, before: float) -> int:
        old = [key for key, one in self._kept.items() if one.at < before]
        for key in old:
            del self._kept[key]
        return len(old)

    def _reach(self, what: str, id_: str) -> None:
        self.asked.append((what, id_))
        if self.fault is not None:
            raise self.fault
