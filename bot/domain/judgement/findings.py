"""Findings of judgements are made as all findings are."""

from bot.domain.verdict.findings import finding

__all__ = ["finding"]
