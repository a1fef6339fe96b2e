"""What the node asks of the probe: a file beside the place where answers go."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

FINGERPRINT = "fingerprint"
SANITY = "sanity"
WATCH = "watch"
NAME = "request.json"


class Request:
    """The request of one trial; `folder` is where records are written."""

    def __init__(self, folder: str, plain: dict[str, Any]) -> None:
        """`plain` is what the node wrote."""
        self.folder = folder
        self.kind: str = plain["kind"]
        self.steps: int = plain["steps"]
        self.every: int = plain["every"]
        self.seed: int = plain["seed"]
        self.tree: str = plain["tree"]
        self.lines: dict[str, Sequence[int]] = dict(plain["lines"])

    @property
    def short(self) -> bool:
        """Whether the run is ended after the steps that were asked for."""
        return self.kind != WATCH


def read(folder: str) -> Request:
    """The request that lies in `folder`; raises OSError, ValueError or KeyError."""
    with open(os.path.join(folder, NAME), encoding="utf-8") as file:
        return Request(folder, json.load(file))
