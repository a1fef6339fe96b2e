"""What a trial showed beside its metrics, as JSON values and back."""

from dataclasses import asdict
from typing import Any

from workers.contract import DataSummary, Histogram, Observed, Prediction, Sample

_Json = dict[str, Any]


def dump_observed(observed: Observed | None) -> _Json | None:
    """Plain values; None stays None."""
    return None if observed is None else asdict(observed)


def load_observed(plain: _Json | None) -> Observed | None:
    """What `dump_observed` made; KeyError or TypeError for anything else."""
    if plain is None:
        return None
    return Observed(
        histograms=tuple(_histogram(one) for one in plain["histograms"]),
        samples=tuple(Sample(**one) for one in plain["samples"]),
        data=tuple(_data(one) for one in plain["data"]),
        predictions=tuple(_prediction(one) for one in plain["predictions"]),
        faults=tuple(plain["faults"]),
    )


def _histogram(one: _Json) -> Histogram:
    lists = {"edges": tuple(one["edges"]), "counts": tuple(one["counts"])}
    return Histogram(**{**one, **lists})


def _data(one: _Json) -> DataSummary:
    classes = tuple((name, count) for name, count in one["classes"])
    return DataSummary(**{**one, "classes": classes, "hashes": tuple(one["hashes"])})


def _prediction(one: _Json) -> Prediction:
    return Prediction(**{**one, "scores": tuple(one["scores"])})
