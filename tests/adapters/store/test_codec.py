"""Contract values survive the store exactly, or are refused."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.store.database.faults import UnreadableError
from bot.adapters.store.trials.codec import (
    dump_node,
    dump_progress,
    dump_result,
    dump_spec,
    load_node,
    load_progress,
    load_result,
    load_spec,
)
from workers.contract import (
    Environment,
    EnvironmentManager,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    MetricSource,
    Node,
    Ok,
    Point,
    Progress,
    Resources,
    SourceKind,
    Take,
    TrialResult,
    TrialSpec,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(), max_size=20)  # lone surrogates too
names = st.text(min_size=1, max_size=8)
points = st.builds(Point, finite, finite)
outcomes = st.one_of(
    st.builds(Ok),
    st.builds(Failed, st.sampled_from(FailureReason), texts, st.none() | names),
    st.builds(Infra, st.sampled_from(InfraReason), texts),
)
results = st.builds(
    TrialResult,
    outcome=outcomes,
    metrics=st.dictionaries(names, finite, max_size=3),
    series=st.dictionaries(names, st.lists(points, max_size=3).map(tuple), max_size=2),
    stream_digest=st.none() | texts,
    exit_status=st.none() | st.integers(-64, 255),
    wall_s=finite,
    peak_memory_bytes=st.integers(0, 2**48),
    devices=st.lists(texts, max_size=2).map(tuple),
    log_tail=texts,
    notes=st.lists(texts, max_size=2).map(tuple),
)
sources = st.builds(
    MetricSource,
    names,
    st.sampled_from(SourceKind),
    texts,
    texts,
    st.sampled_from(Take),
)
specs = st.builds(
    TrialSpec,
    key=names,
    objects=texts,
    tree=texts,
    arm=texts,
    mode=texts,
    stage=texts,
    seed=st.integers(0, 2**63),
    argv=st.lists(texts, max_size=3).map(tuple),
    metrics=st.lists(sources, max_size=2).map(tuple),
    resources=st.builds(
        Resources, finite, finite, st.none() | st.integers(0), finite, st.none() | texts
    ),
    environment=st.builds(
        Environment,
        st.sampled_from(EnvironmentManager),
        st.lists(texts, max_size=2).map(tuple),
    ),
    checkpoint=st.none() | texts,
    machine=texts,
)


@given(results)
def test_a_result_comes_back_bit_for_bit(result: TrialResult) -> None:
    back = load_result(dump_result(result))
    assert back == result
    assert repr(back) == repr(result)  # tells -0.0 from 0.0


@given(specs)
def test_a_spec_comes_back_as_it_was(spec: TrialSpec) -> None:
    assert load_spec(dump_spec(spec)) == spec


def test_progress_and_nodes_come_back_as_they_were() -> None:
    progress = Progress(0.1 + 0.2, {"loss": Point(3, 1e-300)})
    assert load_progress(dump_progress(progress)) == progress
    node = Node("n1", "cpu", "e1", 2.0, 0.5, 2**40, "H200", "/usr/bin/python", "torch")
    assert load_node(dump_node(node)) == node


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    series = {"loss": (Point(0, number),)}
    for bad in (
        TrialResult(Ok(), metrics={"loss": number}),
        TrialResult(Ok(), series=series),
        TrialResult(Ok(), wall_s=number),
    ):
        with pytest.raises(ValueError, match="JSON compliant"):
            dump_result(bad)
    with pytest.raises(ValueError, match="JSON compliant"):
        dump_progress(Progress(1.0, {"loss": Point(0, number)}))


@pytest.mark.parametrize("load", [load_spec, load_result, load_progress, load_node])
@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"v":1}', '{"v":1,"new":2}', '{"v":99}', "{" * 9]
)
def test_what_this_code_did_not_write_is_refused(
    load: Callable[[str], object], text: str
) -> None:
    with pytest.raises(UnreadableError):
        load(text)
