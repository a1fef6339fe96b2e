"""What earlier versions left in their stores: rows as SQL, and what they say today.

The text is never changed: it is what those versions wrote. Whoever adds a migration
adds rows of the schema before it, and what a store of today must read from them.
"""

from collections.abc import Callable

from bot.adapters.store import SqlInbox, SqlPages, SqlPulls, SqlStore
from bot.app.hooks import Delivery, DeliveryState
from bot.app.pulls.ports import Due, Pin, Remark, Remote
from bot.domain.commands import Accept, Source, UntilDays
from bot.domain.conclusions import CheckState, Part, Status
from bot.domain.github import CheckChange, CheckStatus, Output, Place, Priority
from bot.domain.history import Charge, MetricKey, Pilot, StagePair, Summary
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.posts import StickyPost
from bot.domain.pulls.standing import Standing, Voice
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
PULL = '"pull":{"repository":1099511627776,"number":12}'
ACT = (
    f'{{"v":1,"source":"comment:1:1",{PULL},"sha":"aaaa","command":{{"is":"accept",'
    '"finding":"regression-5bd0c3a1","reason":"known","until":{"is":"days","days":7}'
    '},"by":5,"login":"mara","at":900.5}'
)
REMARK = (
    f'{{"v":1,"key":"comment:2",{PULL},"installation":99,"source":"comment","id":2,'
    '"body":"half \\ud800","author":5,"login":"mara","kind":"User",'
    '"created_at":900.0,"edited":false}'
)
STANDING = (
    f'{{"v":1,{PULL},"installation":99,"head":"aaaa","base_ref":"main","open":true,'
    '"inputs":"digest","voice":{"part":{"pull":12,"base":"main","state":{"status":'
    '"in_progress","conclusion":null},"over":false,"untrusted":false},"change":'
    '{"status":"in_progress","output":{"title":"Title","summary":"Summary","text":"",'
    '"annotations":[]},"conclusion":null,"details_url":"","buttons":[]},'
    '"annotations":[]},"calls":["trust"],"evaluation":"e1",'
    '"again_at":0.30000000000000004}'
)
OUTLINE = (
    f'{{"v":1,{PULL},"installation":99,"head":"aaaa","base_ref":"main","speaks":true,'
    '"waits":true,"draft":false,"labels":[],"stale_at":null}'
)
POST = (
    '{"v":1,"is":"sticky","place":{"installation":99,"repository":1099511627776},'
    '"number":12,"body":"50 <!-- s -->","marker":"<!-- s -->","progress":false}'
)
REMOTE = '{"v":1,"id":77,"node":"node","annotations":0,"digest":""}'
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
    "0004": [
        "INSERT INTO deliveries VALUES ('a', 'push', 900.5, CAST('{}' AS BYTES), "
        "'pending', 1, 0, 'away')",
        "INSERT INTO deliveries VALUES ('b', 'push', 901, CAST('' AS BYTES), 'done', "
        "0, 0, '')",
    ],
    "0005": [
        "INSERT INTO pull_alarms VALUES (1099511627776, 12, 99, 950.5, 3)",
        "INSERT INTO pull_heads VALUES (1099511627776, 12, 1, 'aaaa', 900.5)",
        f"INSERT INTO pull_remarks VALUES (1099511627776, 'comment:2', 2, 900, true, "
        f"'{REMARK}')",
        "INSERT INTO pull_remarks VALUES (1099511627776, 'comment:1', 1, 900, false, "
        "'')",
        f"INSERT INTO pull_acts VALUES (1099511627776, 'comment:1:1', 12, 1, '{ACT}')",
        "INSERT INTO pull_bases VALUES (1099511627776, 12, 'aaaa', 'main', 'bbbb', 1)",
        f"INSERT INTO pull_standings VALUES (1099511627776, 12, 'aaaa', '{STANDING}')",
        f"INSERT INTO pull_outbox VALUES ('sticky:1099511627776:12', '{POST}', "
        f"'digest', 'waiting', 2, 99, 910.5, 0, 1, true, '{REMOTE}', '')",
    ],
    "0006": [
        "INSERT INTO link_generations VALUES (1099511627776, 3)",
    ],
    "0007": [
        f"INSERT INTO pull_outlines VALUES (1099511627776, 12, '{OUTLINE}')",
        "INSERT INTO pull_notes VALUES ('round:99', 'how far')",
    ],
    "0008": [
        "INSERT INTO charges VALUES ('/old', 'one', 'mlp', 'loss', 'c1', 't1', 1.5)",
    ],
}
"""By the revision whose tables they are for; BYTES is the database's own word."""


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


def read_fourth(url: str) -> None:
    """Webhooks."""
    inbox = SqlInbox(url, lambda: 2_000.0)
    assert inbox.pending(9) == [Delivery("a", "push", b"{}", 900.5, 1)]
    assert inbox.counts()[DeliveryState.DONE] == 1
    assert inbox.keep([Delivery("b", "push", b"{}", 902.0)]) == set()
    inbox.close()


def read_fifth(url: str) -> None:
    """What the App keeps of pull requests."""
    pulls, pull = SqlPulls(url, lambda: 2_000.0), PullKey(2**40, 12)
    assert pulls.due(951.0, 9) == [Due(pull, 99, 3)]
    assert pulls.heads(pull) == ["aaaa"]
    who = ("half \ud800", 5, "mara", "User", 900.0)
    remark = Remark("comment:2", pull, 99, Source.COMMENT, 2, *who)
    assert pulls.remarks(9) == [remark]
    accept = Accept("regression-5bd0c3a1", "known", UntilDays(7))
    act = Act("comment:1:1", pull, "aaaa", accept, 5, "mara", 900.5)
    assert pulls.acts(pull) == [act]
    kept = Pin(pull, "aaaa", "main", "bbbb", 1.0)
    assert pulls.pin(Pin(pull, "aaaa", "main", "new", 2.0)) == kept
    _read_said(pulls, pull)
    pulls.close()


def _read_said(pulls: SqlPulls, pull: PullKey) -> None:
    change = CheckChange(CheckStatus.IN_PROGRESS, Output("Title", "Summary"))
    voice = Voice(Part(12, "main", CheckState(Status.IN_PROGRESS)), change)
    more = ("digest", voice, ("trust",), "e1", 0.1 + 0.2)
    assert pulls.standing(pull) == Standing(pull, 99, "aaaa", "main", True, *more)
    (one,) = pulls.waiting(2_000.0, 9)
    marker = "<!-- s -->"
    assert one.post == StickyPost(Place(99, 2**40), 12, f"50 {marker}", marker)
    assert (one.priority, one.since) == (Priority.COMMENT, 910.5)
    assert (one.attempts, one.tried, one.remote) == (1, True, Remote(77, "node"))


def read_sixth(url: str) -> None:
    """Links that were revoked."""
    pages = SqlPages(url)
    assert pages.generation(2**40) == 3
    pages.close()


def read_seventh(url: str) -> None:
    """What is open, in short, and how far sweeps came."""
    pulls = SqlPulls(url, lambda: 2_000.0)
    (outline,) = pulls.outlines(2**40)
    assert (outline.pull, outline.head) == (PullKey(2**40, 12), "aaaa")
    assert pulls.recall("round:99") == "how far"
    pulls.close()


def read_eighth(store: SqlStore) -> None:
    """What was charged without a base."""
    assert store.charges("/old") == [Charge(("mlp", "loss"), "c1", "t1", 1.5)]


def of_store(read: Callable[[SqlStore], None]) -> Callable[[str], None]:
    def at(url: str) -> None:
        store = SqlStore(url, lambda: 2_000.0)
        read(store)
        store.close()

    return at


READ: dict[str, Callable[[str], None]] = {
    "0001": of_store(read_first),
    "0002": of_store(read_second),
    "0003": of_store(read_third),
    "0004": read_fourth,
    "0005": read_fifth,
    "0006": read_sixth,
    "0007": read_seventh,
    "0008": of_store(read_eighth),
}
"""What a store of today, at a URL, says of those rows."""
