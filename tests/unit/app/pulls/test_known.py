"""What GitHub told lately: asked for again when there may be news, and not before."""

from dataclasses import dataclass, field, replace

import pytest

from bot.app.pulls.known import KEPT_S, Known
from bot.app.pulls.ports import Due
from bot.domain.github import Place, Pull, PullSide
from bot.domain.pulls.acts import PullKey
from tests.fakes.clock import Clock

KEY = PullKey(7, 3)
