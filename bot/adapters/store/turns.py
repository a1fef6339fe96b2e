"""Rows in turns: the first of each owner, then the second of each, and so on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, func


def in_turns(owner: Column[Any], order: Sequence[Column[Any]]) -> ColumnElement[int]:
    """The place of a row among its owner's, in `order`; to be ordered by first."""
    return func.row_number().over(partition_by=owner, order_by=list(order))
