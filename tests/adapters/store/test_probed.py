"""What a probe is asked, what it saw and how a trial is scored survive the store."""

import json
import math
from dataclasses import replace

import pytest

from bot.adapters.store.database.faults import UnreadableError
from bot.adapters.store.trials.codec import (
    dump_result,
    dump_spec,
    load_result,
    load_spec,
)
from workers.contract import (
    Aside,
    Check,
    CheckSeen,
    CheckState,
    Ok,
    OptimizerSeen,
    Probed,
    ProbeEnd,
    ProbeKind,
    ProbeSpec,
    Scoring,
    StepSeen,
    Tensor,
    TrialResult,
    TrialSpec,
)

SPEC = TrialSpec("k", "/o", "t", "branch", "m", "fast", 1, ("true",), ())
PROBE = ProbeSpec(ProbeKind.WATCH, 20, every=10, lines=(("train.py", (1, 7)),))
SCORING = Scoring("tree", ("score", "{checkpoint}"), "training", ("report",))
WEIGHT = Tensor("layers.0.weight", (3, 4), "float32")
SEEN = Probed(
    end=ProbeEnd.STEPS,
    command=("train.py", "--seed", "1"),
    torch="2.13.0",
    optimizers=(OptimizerSeen("Adam", (("lr", "0x1p-3"),), (WEIGHT,), (WEIGHT,)),),
    steps=(
        StepSeen(1, loss="0x1.8p+1", rates=(0.1 + 0.2, math.inf), tensors=("a", "b")),
        StepSeen(2, optimizer=1, gradient="nan", parameters="c", batch="d", moved="e"),
    ),
    files=("a.txt",),
    executed=(("train.py", (1,)),),
    checks=(CheckSeen(Check.GRADIENTS, CheckState.FAILED, "none"),),
    faults=("It was fought.",),
    notes=("Some.",),
    overhead_s=1.0 / 3.0,
    loop_s=2.0,
    flops=1e9,
    processes=2,
    aside=(Aside("ab", "0x1p-1"),),
)


@pytest.mark.parametrize("probe", [None, PROBE])
@pytest.mark.parametrize("scoring", [None, SCORING])
def test_a_spec_comes_back_with_its_probe_and_its_scoring(
    probe: ProbeSpec | None, scoring: Scoring | None
) -> None:
    spec = replace(SPEC, probe=probe, scoring=scoring, commit="c", policy="p")
    assert load_spec(dump_spec(spec)) == spec


@pytest.mark.parametrize("seen", [None, SEEN, Probed(ProbeEnd.MISSING)])
def test_a_result_comes_back_with_all_that_the_probe_saw(seen: Probed | None) -> None:
    result = TrialResult(Ok(), probed=seen, own={"loss": 0.1})
    assert load_result(dump_result(result)) == result


def test_what_was_stored_before_there_were_probes_is_read() -> None:
    plain = json.loads(dump_spec(SPEC))
    for name in ("probe", "scoring", "samples", "commit", "policy"):
        del plain[name]
    assert load_spec(json.dumps(plain)) == SPEC
    old = json.loads(dump_result(TrialResult(Ok())))
    for name in ("probed", "observed", "own"):
        del old[name]
    assert load_result(json.dumps(old)) == TrialResult(Ok())


def test_a_probe_that_nobody_knows_is_named_as_unreadable() -> None:
    plain = json.loads(dump_spec(replace(SPEC, probe=PROBE)))
    plain["probe"]["kind"] = "strange"
    with pytest.raises(UnreadableError, match="strange"):
        load_spec(json.dumps(plain))
