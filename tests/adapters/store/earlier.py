"""What earlier versions left in their stores: rows as SQL, and what they say today.

The text is never changed: it is what those versions wrote. Whoever adds a migration
adds rows of the schema before it, and what a store of today must read from them.
"""

from collections.abc import Callable

from bot.adapters.store import SqlStore
from bot.domain.history import Charge, MetricKey, Pilot, StagePair, Summary
from bot.domain.verdict import Forecast
from workers.contract import Attempt, Infra, InfraReason, Node, Ok, TrialState

SPEC = (
    '{"v":1,"key":"%s","objects":"/repo/.git","tree":"4b825dc","arm":"baseline",'
    '"mode":"mlp","stage":"fast","seed":7,"argv":["python","train.py"],"metrics":'
    '[{"name":"loss","kind":"stdout","locator":"loss (?P<value>.*)","key":"",'
    '"take":"last"}],"resources":{"cpus":1.0,"gpus":0.0,"memory_bytes":null,'
    '"timeout_s":3600.0,"accelerator":null},"environment":{"manager":"none",'
    '"files":[]},"checkpoint":null,"launch":"spawn","replicate":0,"machine":""}'
)
RESULT = (
    '{"v":1,"outcome":{"end":"ok"},"metrics":{"loss":0.30000000000000004},"series":'
    '{"loss":[[1.0,0.5],[2.0,0.25]]},"stream_digest":null,"exit_status":0,'
    '"wall_s":2.5,"peak_memory_bytes":1024,"node":"n1","devices":[],"started_at":1.0,'
    '"ended_at":3.5,"log_tail":"nul \\u0000, half \\ud800","notes":[]}'
)
LOST = (
    '{"v":1,"outcome":{"end":"infra","reason":"node_lost","detail":"Gone."},'
    '"metrics":{},"series":{},"stream_digest":null,"exit_status":null,"wall_s":0.0,'
    '"peak_memory_bytes":0,"node":"","devices":[],"started_at":0.0,"ended_at":0.0,'
    '"log_tail":"","notes":[]}'
)
ARM = (
    '{"trials":4,"failed":0,"n":4,"mean":0.3333333333333333,"scale":1.0,"m2":0.5,'
    '"m3":0.0,"m4":0.0,"lowest":0.0,"highest":1.0,"outliers":0}'
)
SUMMARY = (
    f'{{"v":1,"baseline":{ARM},"branch":{ARM},"pairs":{{"n":0,"baseline":0.0,'
    '"branch":0.0,"cross":0.0},"residual":null,"base_tree":"b","merged_tree":"m",'
    '"judged":"idea","restarted_at":0.0}'
)
NODE = (
    '{"v":1,"name":"n1","hardware_class":"cpu","environment_hash":"e1","cpus":2.0,'
    '"gpus":0.0,"memory_bytes":1000000000,"accelerator":null,"interpreter":"",'
    '"environment_summary":""}'
)
_TRIAL = (
    "INSERT INTO trials VALUES ('%s', '%s', '', '%s', %s, %s, %s, 0, 'one', %s, %s)"
)
_KEY = "'/repo', '%s', 'fast', 'loss', 'v1', 'cpu/e1'"

ROWS = {
    "0001": [
        _TRIAL % ("a", SPEC % "a", "ok", 1, 0, 1, f"'{RESULT}'", 1003.5),
        _TRIAL % ("b", SPEC % "b", "running", 2, 1, 2, "NULL", "NULL"),
        _TRIAL % ("c", SPEC % "c", "queued", 1, 0, 3, "NULL", "NULL"),
        _TRIAL % ("d", SPEC % "d", "infra", 3, 3, 4, f"'{LOST}'", 1010),
        "INSERT INTO attempts VALUES ('a', 1, 1000, 1003.5, 'ok', '', NULL)",
        "INSERT INTO attempts VALUES ('b', 1, 1000, 1001, 'given_back', NULL, NULL)",
        "INSERT INTO attempts VALUES ('b', 2, 1002, NULL, NULL, NULL, "
        """'{"v":1,"wall_s":1.5,"values":{"loss":[3.0,0.5]}}')""",
        "INSERT INTO wants VALUES ('one', 'b'), ('one', 'c'), ('two', 'c')",
        f"INSERT INTO nodes VALUES ('n1', '{NODE}', 1000)",
        """INSERT INTO evaluations VALUES ('one', '{"verdict": "pass"}', 1004)""",
    ],
    "0002": [
        "INSERT INTO summaries VALUES ('/repo', 'one', 'mlp', 'loss', 'fast', 'v1', "
        f"'cpu/e1', '{SUMMARY}', 1000)",
        f"INSERT INTO pilots VALUES ({_KEY % 'mlp'}, "
        """'{"v":1,"n":20,"mean":1.0,"sd":0.30000000000000004,"failed":1}', 1000)""",
        "INSERT INTO branches VALUES ('/repo', 'main', 'idea', 'one', 1000)",
        "INSERT INTO pins VALUES ('one', 'known', 1000)",
        "INSERT INTO charges VALUES ('/repo', 'one', 'mlp', 'loss', 'c1', 't1', 0.4)",
    ],
    "0003": [
        "INSERT INTO fidelity VALUES ('/repo', 'one', 'mlp', 'loss', 'fast', 'full', "
        "0.30000000000000004, -0.4, 2.5, 25, 1000)",
        "INSERT INTO forecasts VALUES ('/repo', 'one', 0, 'loss', -0.02, 0.6, '2h', "
        "'mlp', 0.021, 0.011, 0.031, 'met', true, 1000)",
        "INSERT INTO forecasts VALUES ('/repo', 'one', 1, 'error', 0.5, NULL, '', "
        "NULL, NULL, NULL, NULL, 'open', false, 1000)",
    ],
}
"""By the revision that first had these tables."""


def read_first(store: SqlStore) -> None:
    """Trials, attempts, wishes, nodes, reports."""
    found = store.find(["a", "b", "c", "d"])
    assert [one.state for one in found.values()] == ["ok", "running", "queued", "infra"]
    first, running = found["a"], found["b"]
    assert first.result is not None
    assert first.result.outcome == Ok()
    assert first.result.metrics == {"loss": 0.1 + 0.2}
    assert first.result.log_tail == "nul \0, half \ud800"
    assert (first.finished_at, first.spec.argv) == (1003.5, ("python", "train.py"))
    assert running.progress is not None
    assert running.progress.values["loss"].value == 0.5
    assert found["d"].result is not None
    assert found["d"].result.outcome == Infra(InfraReason.NODE_LOST, "Gone.")
    assert store.nodes() == [Node("n1", "cpu", "e1", 2.0, 0.0, 10**9)]
    assert store.wishing() == ["one", "two"]
    assert store.load_evaluation("o") == '{"verdict": "pass"}'
    assert store.recover([]) == []
    claimed = [claim.attempt for claim in store.claim(9)]
    assert claimed == [Attempt("b", 3), Attempt("c", 1)]
    assert store.advance(Attempt("b", 3), TrialState.RUNNING)


def read_second(store: SqlStore) -> None:
    """What is kept between evaluations."""
    key = MetricKey("/repo", "mlp", "fast", "loss", "v1", "cpu/e1")
    (summary,) = store.past(key)
    assert isinstance(summary, Summary)
    assert (summary.baseline.mean, summary.judged) == (1.0 / 3.0, "idea")
    assert store.pilot(key) == Pilot(20, 1.0, 0.1 + 0.2, 1)
    assert store.attempt("two", "/repo", "main", "idea") == 2
    assert store.pin("one", "new") == "known"
    assert store.charges("/repo") == [Charge(("mlp", "loss"), "c1", "t1", 0.4)]


def read_third(store: SqlStore) -> None:
    """What branches were expected to do."""
    pair = StagePair("mlp", "loss", "fast", "full", 0.1 + 0.2, -0.4, 2.5, 25.0)
    assert store.fidelity("/repo", "mlp", "loss", "fast", "full") == [pair]
    told = (0.6, "2h", "mlp", 0.021, 0.011, 0.031, "met")
    first = Forecast("loss", -0.02, *told, relative=True)
    assert store.forecasts("/repo") == [first, Forecast("error", 0.5)]


READ: dict[str, Callable[[SqlStore], None]] = {
    "0001": read_first,
    "0002": read_second,
    "0003": read_third,
}
"""What a store of today says of those rows."""
