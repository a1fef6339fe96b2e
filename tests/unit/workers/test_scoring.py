"""Stories of trials whose checkpoint is scored by a process of its own."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench, metric, printed
from tests.waiting import until
from workers.contract import (
    Attempt,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    MetricSource,
    Ok,
    ProbeKind,
    ProbeSpec,
    Resources,
    Scoring,
    SourceKind,
    TrialResult,
    TrialSpec,
)
from workers.launch.kept import KeepLimits, Shelf, Showed
from workers.launch.scoring import second_spec

WRITES = """
import os, time
out = Path(os.environ["SEEDGATE_OUTPUT_DIR"])
with (diary / "trained").open("a") as file:
    file.write("x")
(out / "model.txt").write_text("0.5")
print("loss: 0.9")
"""
SCORES = """
import os, sys
value = float(Path(sys.argv[1]).read_text())
print("loss:", value)
"""
LOSS = printed()
CLOCK = metric(SourceKind.WALL_CLOCK, name="time")
MEMORY = metric(SourceKind.PEAK_MEMORY, name="memory")


class Scored:
    """A bench whose trees are folders by name, with a training and a scoring."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        for tree in ("ours", "base"):
            (bench.source / tree).mkdir()
        bench.checkout = self._checkout  # type: ignore[method-assign]
        bench.agent = bench.new_agent()

    def _checkout(self, objects: Path, tree: str, destination: Path) -> None:
        shutil.copytree(self.bench.source / tree, destination)

    def agent(self, **settings: object) -> None:
        self.bench.agent = self.bench.new_agent(**settings)

    def spec(
        self,
        train: str = WRITES,
        score: str = SCORES,
        *,
        training: str = "one",
        optional: tuple[str, ...] = (),
        **changes: object,
    ) -> TrialSpec:
        told = self.bench.told
        argv = ("python", "-c", told(score), "{checkpoint}", "{output_dir}")
        scoring = Scoring("base", argv, training, optional)
        fixed = {"tree": "ours", "checkpoint": "model.txt", "metrics": (LOSS,)}
        changes = {**fixed, "scoring": scoring, **changes}
        return self.bench.spec("python", "-c", told(train), **changes)

    def run(self, train: str = WRITES, score: str = SCORES, **changes: object):
        spec = self.spec(train, score, **changes)
        return self.bench.agent.run(self.bench.attempt(), spec)

    @property
    def trainings(self) -> int:
        path = self.bench.diary / "trained"
        return len(path.read_text()) if path.exists() else 0

    @property
    def kept(self) -> list[str]:
        folder = self.bench.tmp / "agent/checkpoints/kept"
        return sorted(one.name for one in folder.iterdir() if one.name != ".locks")


@pytest.fixture
def scored(bench: Bench) -> Scored:
    return Scored(bench)


def detail(result: TrialResult) -> str:
    assert isinstance(result.outcome, Failed | Infra), result.outcome
    return result.outcome.detail


def reason(result: TrialResult) -> object:
    assert isinstance(result.outcome, Failed | Infra), result.outcome
    return result.outcome.reason


def test_the_evaluation_command_says_what_the_metric_is(scored: Scored) -> None:
    result = scored.run()
    assert result.outcome == Ok()
    assert result.metrics == {"loss": 0.5}
    assert result.own == {"loss": 0.9}
    assert [point.value for point in result.series["loss"]] == [0.9]
    assert "loss: 0.9" in result.log_tail
    assert "loss: 0.5" in result.log_tail


def test_a_training_need_not_say_anything_of_itself(scored: Scored) -> None:
    quiet = WRITES.replace('print("loss: 0.9")', "")
    result = scored.run(quiet)
    assert (result.outcome, result.metrics, result.own) == (Ok(), {"loss": 0.5}, {})


def test_a_training_that_diverges_in_words_is_judged_by_its_score(
    scored: Scored,
) -> None:
    result = scored.run(WRITES.replace("0.9", "nan"))
    assert (result.outcome, result.metrics) == (Ok(), {"loss": 0.5})


def test_it_is_scored_in_the_tree_that_the_plan_names(scored: Scored) -> None:
    (scored.bench.source / "base/scale.txt").write_text("10")
    (scored.bench.source / "ours/scale.txt").write_text("0")
    score = "import sys\nprint('loss:', Path('scale.txt').read_text())"
    assert scored.run(score=score).metrics == {"loss": 10.0}


def test_nothing_of_the_training_lies_around_where_it_is_scored(
    scored: Scored,
) -> None:
    train = WRITES + (
        "(out / 'left').touch(); Path('left').touch()\n"
        "for name in ('TMPDIR', 'SEEDGATE_CHECKPOINT_DIR'):\n"
        "    (Path(os.environ[name]) / 'left').touch()\n"
        "Path(os.environ['SEEDGATE_METRICS']).write_text('{\"loss\": 0}')\n"
    )
    score = SCORES + (
        "names = 'SEEDGATE_OUTPUT_DIR TMPDIR SEEDGATE_CHECKPOINT_DIR'.split()\n"
        "seen = [p for n in names for p in Path(os.environ[n]).iterdir()]\n"
        "assert not seen and not Path('left').exists(), seen\n"
        "assert not Path(os.environ['SEEDGATE_METRICS']).exists()\n"
        "assert sys.argv[2] == os.environ['SEEDGATE_OUTPUT_DIR']\n"
        "assert os.environ['SEEDGATE_ARM_TREE'] == 'base'\n"
        "assert os.environ['SEEDGATE_SEED'] == '7'\n"
    )
    assert scored.run(train, score).outcome == Ok()


def test_metrics_are_read_from_files_that_the_scoring_process_writes(
    scored: Scored,
) -> None:
    filed = metric(SourceKind.JSONL, "{output_dir}/scores.jsonl")
    told = metric(SourceKind.REPORTED, name="told", key="told")
    train = WRITES + "(out / 'scores.jsonl').write_text('{\"loss\": 1}\\n')\n"
    score = (
        "import os, sys\n"
        "Path(sys.argv[2], 'scores.jsonl').write_text('{\"loss\": 2}\\n')\n"
        "Path(os.environ['SEEDGATE_METRICS']).write_text('{\"told\": 3}\\n')\n"
    )
    result = scored.run(train, score, metrics=(filed, told))
    assert result.metrics == {"loss": 2.0, "told": 3.0}
    assert result.own == {"loss": 1.0}


def test_time_and_memory_are_those_of_the_training(scored: Scored) -> None:
    train = WRITES + "time.sleep(0.3)\n"
    score = SCORES + "block = bytearray(200_000_000)\n"
    result = scored.run(train, score, metrics=(LOSS, CLOCK, MEMORY))
    assert 0.3 < result.metrics["time"] < result.wall_s
    assert result.metrics["memory"] < 150_000_000
    assert result.peak_memory_bytes > 200_000_000


def test_a_metric_that_decides_nothing_may_come_from_the_training(
    scored: Scored,
) -> None:
    extra = metric(SourceKind.STDOUT, r"train: (?P<value>\S+)", name="train")
    train = WRITES + "print('train: 0.1')\n"
    both = (extra, LOSS)
    result = scored.run(train, metrics=both, optional=("train",))
    assert (result.outcome, result.metrics) == (Ok(), {"loss": 0.5, "train": 0.1})
    lacking = scored.run(training="other", metrics=both, optional=("train",))
    assert reason(lacking) is FailureReason.MISSING_METRIC
    assert detail(lacking).startswith("train was seen neither in what the training")
    strict = scored.run(train, training="third", metrics=both)
    assert detail(strict).startswith("The evaluation command did not score")
    assert "train was never seen" in detail(strict)


# What goes wrong while it is scored.


def test_a_crash_of_the_evaluation_command_is_a_failure_by_name(
    scored: Scored,
) -> None:
    result = scored.run(score="raise ValueError('no such layer')")
    assert reason(result) is FailureReason.EXCEPTION
    assert detail(result) == (
        "The evaluation command did not score the checkpoint. It ended with exit status"
        " 1. ValueError: no such layer"
    )
    assert result.own == {"loss": 0.9}


@pytest.mark.parametrize(
    ("score", "expected", "told"),
    [
        ("pass", FailureReason.MISSING_METRIC, "No line of stdout matched"),
        ("print('loss: nan')", FailureReason.NAN_METRIC, "training diverged"),
        ("import os; os.abort()", FailureReason.SIGNAL, "SIGABRT"),
        ("import time; time.sleep(60)", FailureReason.TIMEOUT, "time limit of 2 s"),
        ("x = bytearray(10**9)", FailureReason.OUT_OF_MEMORY, "of memory"),
    ],
)
def test_whatever_ends_a_score_is_told_of_the_evaluation_command(
    scored: Scored, score: str, expected: FailureReason, told: str
) -> None:
    limits = Resources(timeout_s=2.0, memory_bytes=300_000_000)
    result = scored.run(score=score, resources=limits)
    assert reason(result) is expected
    assert detail(result).startswith("The evaluation command did not score")
    assert told in detail(result)


def test_an_evaluation_program_that_is_not_there_is_named(scored: Scored) -> None:
    scoring = Scoring("base", ("no-such-scorer", "{checkpoint}"), "one")
    result = scored.run(scoring=scoring)
    assert reason(result) is FailureReason.START
    assert "The command no-such-scorer could not be started" in detail(result)


def test_a_training_that_fails_is_not_scored(scored: Scored) -> None:
    result = scored.run(WRITES + "raise SystemExit(3)")
    assert detail(result) == "It ended with exit status 3. loss: 0.9"
    assert (result.metrics, result.own, scored.kept) == ({}, {"loss": 0.9}, [])


def test_what_the_scoring_process_leaves_behind_is_ended(scored: Scored) -> None:
    score = SCORES + (
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    (diary / 'daemon').write_text(str(os.getpid()))\n"
        "    import time; time.sleep(600)\n"
        "while not (diary / 'daemon').exists(): pass\n"
    )
    result = scored.run(score=score)
    assert result.outcome == Ok()
    assert result.notes == ("1 background process had to be ended.",)
    pid = int((scored.bench.diary / "daemon").read_text())
    assert not Path(f"/proc/{pid}").exists()


def test_a_cancelled_score_is_no_result_and_its_training_is_kept(
    scored: Scored,
) -> None:
    waits = "(diary / 'scoring').touch()\nimport time; time.sleep(60)"
    attempt = Attempt("cancelled", 1)
    with ThreadPoolExecutor(1) as pool:
        agent = scored.bench.agent
        future = pool.submit(agent.run, attempt, scored.spec(score=waits))
        until((scored.bench.diary / "scoring").exists, "scoring")
        agent.cancel(attempt)
        result = future.result(20)
    assert result.outcome == Infra(InfraReason.AGENT, "cancelled on request")
    assert scored.run().metrics == {"loss": 0.5}
    assert scored.trainings == 1


# What stands in the checkpoint's place.


def test_a_training_without_checkpoint_names_the_path_and_what_is_there(
    scored: Scored,
) -> None:
    result = scored.run(WRITES.replace("model.txt", "other.txt"))
    assert reason(result) is FailureReason.MISSING_METRIC
    assert "there is no model.txt in its output directory" in detail(result)
    assert "it wrote other.txt" in detail(result)
    nothing = scored.run("pass", training="two")
    assert "it wrote nothing" in detail(nothing)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("(out / 'model.txt').symlink_to('/etc/passwd')", "is a symbolic link"),
        ("os.mkfifo(out / 'model.txt')", "is a FIFO"),
        ("(out / 'model.txt').mkdir()", "is an empty folder"),
        (
            "(out / 'model.txt').mkdir(); (out / 'model.txt/a').symlink_to('/etc')",
            "model.txt/a is a symbolic link",
        ),
        (
            "(out / 'model.txt/a').mkdir(parents=True); os.mkfifo(out/'model.txt/a/b')",
            "model.txt/a/b is a FIFO",
        ),
    ],
)
def test_whatever_is_no_plain_checkpoint_is_refused_by_name(
    scored: Scored, place: str, told: str
) -> None:
    train = f"import os\nout = Path(os.environ['SEEDGATE_OUTPUT_DIR'])\n{place}"
    result = scored.run(train)
    assert reason(result) is FailureReason.UNSAFE_FILE
    assert detail(result).startswith("The checkpoint cannot be scored: ")
    assert told in detail(result)
    assert scored.kept == []


def test_a_link_on_the_way_to_the_checkpoint_is_not_followed(scored: Scored) -> None:
    elsewhere = scored.bench.tmp / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "model.txt").write_text("0.0")
    train = (
        "import os\nout = Path(os.environ['SEEDGATE_OUTPUT_DIR'])\n"
        f"(out / 'run').symlink_to({str(elsewhere)!r})"
    )
    result = scored.run(train, checkpoint="run/model.txt")
    assert reason(result) is FailureReason.UNSAFE_FILE
    assert (elsewhere / "model.txt").exists()


def test_a_folder_is_a_checkpoint_too(scored: Scored) -> None:
    train = WRITES.replace(
        '(out / "model.txt").write_text("0.5")',
        (
            "(out / 'epoch/deep').mkdir(parents=True)\n"
            "(out / 'epoch/deep/model.txt').write_text('0.25')"
        ),
    )
    score = SCORES.replace("sys.argv[1]", "sys.argv[1], 'deep/model.txt'")
    first = scored.run(train, score, checkpoint="epoch")
    again = scored.run(train, score + "#", checkpoint="epoch")
    assert (first.metrics, again.metrics) == ({"loss": 0.25}, {"loss": 0.25})
    assert scored.trainings == 1


def test_of_several_checkpoints_the_one_written_last_is_scored(
    scored: Scored,
) -> None:
    train = WRITES + (
        "for step, value in ((900, 0.2), (1000, 0.1)):\n"
        "    (out / f'step_{step}').mkdir()\n"
        "    (out / f'step_{step}/model.txt').write_text(str(value))\n"
        "    os.utime(out / f'step_{step}/model.txt', (step, step))\n"
    )
    result = scored.run(train, checkpoint="step_*/model.txt")
    assert result.metrics == {"loss": 0.1}


# What is kept.


def test_another_score_of_an_equal_training_trains_nothing(scored: Scored) -> None:
    metrics = (LOSS, CLOCK)
    first = scored.run(metrics=metrics)
    again = scored.run(score=SCORES.replace("value)", "value * 2)"), metrics=metrics)
    assert scored.trainings == 1
    assert again.metrics["loss"] == 1.0
    assert again.metrics["time"] == first.metrics["time"]
    assert again.own == {"loss": 0.9}
    assert again.series["loss"] == first.series["loss"]
    assert again.notes[-1].startswith("Scored from the kept checkpoint")
    assert first.notes == ()
    other = scored.run(training="two")
    assert (scored.trainings, other.notes) == (2, ())


def test_a_kept_checkpoint_can_be_written_by_nobody(scored: Scored) -> None:
    scored.run()
    folder = scored.bench.tmp / "agent/checkpoints/kept"
    file = folder / "one/checkpoint/model.txt"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize("damage", ["content", "record", "half", "age"])
def test_a_kept_checkpoint_that_is_not_as_it_was_is_trained_anew(
    scored: Scored, damage: str
) -> None:
    scored.run()
    folder = scored.bench.tmp / "agent/checkpoints/kept/one"
    file = folder / "checkpoint/model.txt"
    match damage:
        case "content":
            file.chmod(0o600)
            file.write_text("0.0")
        case "record":
            (folder / "record.json").write_text('{"name": 3}')
        case "half":
            (folder / "record.json").unlink()
        case _:
            scored.agent(keep=KeepLimits(age_s=0.0))
    assert scored.run().metrics == {"loss": 0.5}
    assert scored.trainings == 2


def test_a_scoring_process_that_spoils_the_checkpoint_spoils_no_later_score(
    scored: Scored,
) -> None:
    spoils = SCORES + "os.chmod(sys.argv[1], 0o600); Path(sys.argv[1]).write_text('0')"
    assert scored.run(score=spoils).metrics == {"loss": 0.5}
    assert scored.run().metrics == {"loss": 0.5}
    assert scored.trainings == 2


def test_equal_trainings_that_are_wanted_at_once_train_once(scored: Scored) -> None:
    slow = WRITES + "time.sleep(0.3)\n"
    specs = [scored.spec(slow, SCORES + f"# {n}") for n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        tries = [(scored.bench.attempt(), spec) for spec in specs]
        results = list(pool.map(lambda one: scored.bench.agent.run(*one), tries))
    assert [one.metrics for one in results] == [{"loss": 0.5}] * 3
    assert scored.trainings == 1


def test_what_is_kept_is_bounded_and_what_was_used_last_stays(
    scored: Scored,
) -> None:
    scored.agent(keep=KeepLimits(count=2))
    for name in ("one", "two"):
        scored.run(training=name)
        os.utime(
            scored.bench.tmp / f"agent/checkpoints/kept/{name}/record.json", (9, 9)
        )
    scored.run(training="one", score=SCORES + "#")
    scored.run(training="three")
    assert scored.kept == ["one", "three"]


def test_bytes_are_bounded_as_well(scored: Scored) -> None:
    scored.agent(keep=KeepLimits(size=2))
    assert scored.run().metrics == {"loss": 0.5}
    assert scored.kept == []


def test_what_is_in_use_is_not_removed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, KeepLimits(count=0))
    checkpoint = tmp_path / "model.txt"
    checkpoint.write_text("1")
    with shelf.place("one", lambda: False) as place:
        kept = place.keep(checkpoint, Showed())
        shelf.trim()
        assert kept.path.exists()
    shelf.trim()
    assert not kept.path.exists()


def test_who_is_given_up_does_not_wait_for_a_place(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, KeepLimits())
    with shelf.place("one", lambda: False), shelf.place("one", lambda: True) as other:
        assert other.kept is None


# Digests, probes, weights.


def test_equal_streams_with_other_scores_are_not_called_equal(scored: Scored) -> None:
    stream = WRITES + "print('loss: 3'); print('loss: 2'); print('loss: 1')\n"
    once = scored.run(stream)
    same = scored.run(stream, SCORES + "#", training="two")
    other = scored.run(stream.replace('"0.5"', '"0.4"'), training="three")
    few = scored.run(training="four")
    assert once.stream_digest == same.stream_digest is not None
    assert other.stream_digest != once.stream_digest
    assert few.stream_digest is None


def test_only_the_training_is_probed() -> None:
    scoring = Scoring("base", ("score",), "one", ("b",))
    metrics = (
        MetricSource("b", SourceKind.REPORTED),
        MetricSource("time", SourceKind.WALL_CLOCK),
        MetricSource("a", SourceKind.REPORTED),
    )
    spec = TrialSpec(
        key="k",
        objects="",
        tree="t",
        arm="branch",
        mode="m",
        stage="fast",
        seed=1,
        argv=("train",),
        metrics=metrics,
        probe=ProbeSpec(ProbeKind.WATCH, 3),
        scoring=scoring,
    )
    second = second_spec(spec)
    assert second is not None
    assert (second.probe, second.scoring, second.tree) == (None, None, "base")
    assert [one.name for one in second.metrics] == ["a", "b"]


@pytest.mark.parametrize("plain", [True, False])
def test_a_checkpoint_that_would_run_code_is_not_loaded(
    scored: Scored, plain: bool
) -> None:
    pytest.importorskip("torch")
    train = WRITES + (
        "import torch\n"
        "class Trap:\n"
        "    def __reduce__(self):\n"
        "        return (os.mkdir, (str(diary / 'trapped'),))\n"
        f"torch.save({{'loss': 0.5}} if {plain} else Trap(), out / 'model.txt')\n"
    )
    score = (
        "import sys, torch\n"
        "print('loss:', torch.load(sys.argv[1], weights_only=False)['loss'])\n"
    )
    result = scored.run(train, score)
    assert not (scored.bench.diary / "trapped").exists()
    if plain:
        assert result.metrics == {"loss": 0.5}
    else:
        assert reason(result) is FailureReason.EXCEPTION
        assert "it holds more than tensors and plain values" in detail(result)
        assert "save tensors and plain values, such as a state_dict" in detail(result)
        assert "Re-running" not in detail(result)
