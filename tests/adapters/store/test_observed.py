"""What a trial showed beside its metrics survives the store bit for bit."""

import pytest

from bot.adapters.store.database.faults import UnreadableError
from bot.adapters.store.trials.codec import (
    dump_result,
    load_result,
)
from workers.contract import (
    DataSummary,
    Histogram,
    Observed,
    Ok,
    Prediction,
    Sample,
    TrialResult,
)

SHOWN = Observed(
    (Histogram("w", 3.0, (0.0, 0.1, 0.2), (1.0, 2.0), 0.05, 0.1 + 0.2),),
    (Sample("prompt", 0.0, "\u00e9\n</script>"),),
    (DataSummary("train", 3, (("cat", 1), ("dog", 2)), 0.5, None, ("ab", "cd")),),
    (Prediction("17", (0.1, 0.9), 1), Prediction("18", (0.5,))),
    ("Line 3 of typed lines is no JSON object.",),
)


@pytest.mark.parametrize("observed", [None, Observed(), SHOWN])
def test_what_was_observed_comes_back(observed: Observed | None) -> None:
    result = TrialResult(Ok(), observed=observed)
    assert load_result(dump_result(result)) == result


def test_a_result_from_before_there_was_such_a_thing_is_read() -> None:
    old = dump_result(TrialResult(Ok())).replace(',"observed":null', "")
    assert load_result(old).observed is None


def test_what_this_code_did_not_write_is_refused() -> None:
    with pytest.raises(UnreadableError):
        load_result('{"v":1,"outcome":{"end":"ok"},"series":{},"observed":[]}')
