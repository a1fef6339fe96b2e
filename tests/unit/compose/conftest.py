"""What tests of the composition share."""

import pytest

from tests.unit.compose.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()
