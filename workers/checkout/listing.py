"""Which trees may be put on disk at all: refused by name before anything is written."""

import posixpath
from collections.abc import Mapping, Sequence

from workers.checkout.faults import CheckoutFault, readable
from workers.checkout.objects import Entry

PROGRAM, LINK, SUBMODULE = "100755", "120000", "160000"
_DEEPEST = 256
_MOST_HOPS = 40  # as Linux follows links


def require_safe(entries: Sequence[Entry]) -> None:
    """Refuse, by path, what could escape the folder or is not in the tree itself."""
    for entry in entries:
        _require_safe_path(entry.path)
        _require_held(entry)


def _require_held(entry: Entry) -> None:
    if entry.mode == SUBMODULE:
        raise CheckoutFault(
            f"{readable(entry.path)} is a submodule, which the tree itself does not "
            "hold. Commit the files instead."
        )


def _require_safe_path(path: bytes) -> None:
    parts = path.split(b"/")
    unsafe = any(
        part in {b"", b".", b".."} or part.lower() == b".git" for part in parts
    )
    if unsafe or len(parts) > _DEEPEST:
        raise CheckoutFault(
            f"The tree holds the unsafe path {readable(path)!r}. git itself would not "
            "check it out; remove it from the commit."
        )


def require_links_inside(targets: Mapping[bytes, bytes]) -> None:
    """Refuse links (path to target) that leave the tree, also by way of other links."""
    for path, target in targets.items():
        if b"\0" in target or not target or _leaves(path, targets):
            raise CheckoutFault(
                f"The link {readable(path)} -> {readable(target)} leaves the tree, so "
                "no trial can follow it. Commit what it points at."
            )


def _leaves(path: bytes, targets: Mapping[bytes, bytes]) -> bool:
    """Walk the link as the system would, over the tree's own links alone."""
    here: list[bytes] = []
    to_go = path.split(b"/")[::-1]
    hops = 0
    while to_go and hops <= _MOST_HOPS:
        part = to_go.pop()
        if part == b".." and not here:
            return True
        here = _step(here, part)
        target = targets.get(b"/".join(here))
        if target is not None:
            hops += 1
            here = here[:-1]
            to_go += target.split(b"/")[::-1]
            if posixpath.isabs(target):
                return True
    return False


def _step(here: list[bytes], part: bytes) -> list[bytes]:
    if part in {b"", b"."}:
        return here
    return here[:-1] if part == b".." else [*here, part]
