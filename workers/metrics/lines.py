"""Bytes that arrive in pieces, cut into whole lines of bounded length."""

MAX_LINE = 64 * 1024


class LineCutter:
    """Turns pieces of a stream into blocks of whole lines.

    A carriage return ends a line too, so every redraw of a progress bar is one. What
    follows the first 64 KiB of a line is dropped and counted.
    """

    def __init__(self, limit: int = MAX_LINE) -> None:
        """Nothing has arrived."""
        self.cut = 0
        self._limit = limit
        self._rest = b""
        self._dropping = False

    def feed(self, piece: bytes) -> bytes:
        """The whole lines that `piece` (of at most the limit) completes, joined."""
        head, newline, tail = piece.replace(b"\r", b"\n").rpartition(b"\n")
        if not newline:
            self._keep(tail)
            return b""
        first, _, more = head.partition(b"\n")
        self._keep(first)
        block = b"\n".join((self._rest, more)) if more else self._rest
        self._rest, self._dropping = b"", False
        self._keep(tail)
        return block + b"\n"

    def finish(self) -> bytes:
        """The last line, if the stream ended inside one."""
        rest, self._rest = self._rest, b""
        return rest + b"\n" if rest else b""

    def _keep(self, text: bytes) -> None:
        room = self._limit - len(self._rest)
        self._rest += text[:room]
        if len(text) > room and not self._dropping:
            self._dropping = True
            self.cut += 1
