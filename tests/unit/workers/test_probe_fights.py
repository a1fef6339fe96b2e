"""Trials that make it hard for a probe: never a wrong word, never a broken run."""

import dataclasses
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench, printed
from workers.contract import (
    Failed,
    Ok,
    Probed,
    ProbeEnd,
    ProbeKind,
    ProbeSpec,
    StepSeen,
    TrialResult,
)

DIGITS = Path(__file__).parents[2] / "samples" / "digits" / "repository"
FINGERPRINT = ProbeSpec(ProbeKind.FINGERPRINT, 3)
WATCH = ProbeSpec(ProbeKind.WATCH, 3, every=10)
SANITY = ProbeSpec(ProbeKind.SANITY, 5)
TRAINING = """
import torch
torch.manual_seed(1)
model = torch.nn.Linear(4, 3)
{before}
rate = 0.1
for step in range(40):
    loss = {model}(torch.randn(8, 4)).pow(2).mean()
    model.zero_grad()
    loss.backward()
    with torch.no_grad():
        for one in model.parameters():
            one.sub_(one.grad, alpha=rate)
print("loss:", loss.item())
"""
"""A training with an optimizer of its own: torch's would import the compiler."""


@pytest.fixture
def digits(bench: Bench) -> Bench:
    shutil.rmtree(bench.source)
    shutil.copytree(DIGITS, bench.source)
    return bench


def train(bench: Bench, probe: ProbeSpec | None, mode: str = "mlp") -> TrialResult:
    argv = ["python", "train.py", "--mode", mode, "--seed", "7", "--steps", "60"]
    argv += ["--output-dir", "{output_dir}"]
    return bench.run(*argv, probe=probe, metrics=(loss_of_digits(),))


def loss_of_digits() -> object:
    return dataclasses.replace(
        printed(), locator=r"step +(?P<step>\d+) .*test loss (?P<value>\S+)"
    )


def write(bench: Bench, name: str, text: str) -> None:
    path = bench.source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def script(bench: Bench, *, before: str = "", model: str = "model") -> None:
    write(bench, "train.py", TRAINING.format(before=before, model=model))


def probed(result: TrialResult) -> Probed:
    assert result.probed is not None
    return result.probed


def look(
    bench: Bench, probe: ProbeSpec = FINGERPRINT, *argv: str
) -> tuple[Probed, TrialResult]:
    result = bench.run(*(argv or ("python", "train.py")), probe=probe)
    return probed(result), result


def losses(steps: Sequence[StepSeen]) -> list[str | None]:
    return [one.loss for one in steps]


# -- the sample -----------------------------------------------------------------------


def test_the_sample_is_looked_at_twice_and_shows_the_same_twice(digits: Bench) -> None:
    lines = (("optim.py", (37, 1)), ("models.py", (26,)), ("gone.py", (1,)))
    asked = dataclasses.replace(FINGERPRINT, lines=lines)
    results = [train(digits, asked) for _ in range(2)]
    first, second = (probed(one) for one in results)
    assert all(one.outcome == Ok() and not one.metrics for one in results)
    assert first.end is ProbeEnd.STEPS
    assert len(first.steps) == 3
    assert first.steps == second.steps
    assert first.optimizers == second.optimizers
    assert first.command == second.command
    assert first.command[-1] == "{output_dir}"
    assert first.executed == (("optim.py", (1, 37)),)
    assert {"train.py", "models.py", "optim.py"} <= set(first.files)
    assert first.flops == 2 * 100 * (64 * 128 + 128 * 10)


def test_the_sample_passes_its_checks(digits: Bench) -> None:
    seen = probed(train(digits, SANITY, "conv"))
    assert seen.faults == ()
    states = {str(one.check): str(one.state) for one in seen.checks}
    assert states.pop("seed_matters") == "unseen"
    states.pop("loss_falls")  # five steps are few
    assert set(states.values()) == {"passed"}


def test_a_watched_trial_is_the_trial_that_it_would_have_been(digits: Bench) -> None:
    bare, watched = train(digits, None), train(digits, WATCH)
    assert bare.outcome == watched.outcome == Ok()
    assert watched.stream_digest == bare.stream_digest
    assert watched.metrics == bare.metrics
    seen = probed(watched)
    assert [one.step for one in seen.steps] == [1, 10, 20, 30, 40, 50, 60]
    assert seen.end is ProbeEnd.EXIT
    assert bare.probed is None


def test_nothing_of_the_probe_is_left_behind(digits: Bench) -> None:
    train(digits, FINGERPRINT)
    left = [path.name for path in (digits.tmp / "agent").rglob("*")]
    assert "probe" not in left
    assert not [name for name in left if name.endswith(".jsonl")]


# -- what keeps it out ----------------------------------------------------------------


@pytest.mark.parametrize("flag", ["-I", "-E", "-S"])
def test_a_python_that_ignores_its_environment_is_told_by_its_flag(
    bench: Bench, flag: str
) -> None:
    write(bench, "train.py", "print('loss: 1')")
    seen, result = look(bench, FINGERPRINT, "python", flag, "train.py")
    assert seen.end is ProbeEnd.MISSING
    assert f"with {flag}, which keeps the probe out" in seen.faults[0]
    assert result.outcome == Ok()


def test_a_path_set_by_a_script_keeps_it_out_and_is_never_taken_for_a_look(
    bench: Bench,
) -> None:
    write(bench, "train.py", "print('loss: 1')")
    command = ("sh", "-c", "PYTHONPATH=src python train.py")
    assert look(bench, FINGERPRINT, *command)[0].end is ProbeEnd.MISSING


def test_a_path_set_by_env_does_not(bench: Bench) -> None:
    write(bench, "src/there.py", "found = True")
    write(bench, "train.py", "import there")
    command = ("env", "PYTHONPATH=src", "python", "train.py")
    seen, result = look(bench, FINGERPRINT, *command)
    assert (seen.end, result.outcome) == (ProbeEnd.NO_TORCH, Ok())


def test_what_is_no_python_leaves_no_word(bench: Bench) -> None:
    assert look(bench, FINGERPRINT, "true")[0].end is ProbeEnd.MISSING


def test_a_script_without_torch_runs_to_its_end(bench: Bench) -> None:
    write(bench, "train.py", "print('loss: 1')")
    seen, result = look(bench)
    assert (seen.end, seen.steps) == (ProbeEnd.NO_TORCH, ())
    assert seen.command == ("python", "train.py")
    assert "loss: 1" in result.log_tail


def test_a_folder_that_is_called_torch_is_no_torch(bench: Bench) -> None:
    write(bench, "torch.py", "here = True")
    write(bench, "train.py", "import torch; print('loss:', float(torch.here))")
    seen, result = look(bench)
    assert seen.end is ProbeEnd.BLIND
    assert seen.faults[0].startswith("The probe could not look at this torch:")
    assert "loss: 1.0" in result.log_tail


def test_a_torch_that_is_only_looked_for_is_not_there(bench: Bench) -> None:
    code = "import importlib.util as u; print(u.find_spec('torch').origin)"
    write(bench, "train.py", code)
    assert look(bench)[0].end is ProbeEnd.NO_TORCH


# -- what shares the place ------------------------------------------------------------


def test_a_sitecustomize_of_the_owner_runs_as_if_it_were_alone(bench: Bench) -> None:
    write(bench, "src/sitecustomize.py", "import os\nos.environ['OURS'] = __name__")
    write(
        bench,
        "train.py",
        "import os, sys, sitecustomize\n"
        "print(os.environ['OURS'], sitecustomize.__file__)\n"
        "print([one for one in sys.path if one.endswith('site')])\n",
    )
    command = ("env", "PYTHONPATH=src", "python", "train.py")
    seen, result = look(bench, FINGERPRINT, *command)
    assert seen.end is ProbeEnd.NO_TORCH
    assert "src/sitecustomize.py\n[]" in result.log_tail
    assert result.log_tail.startswith("sitecustomize ")


def test_a_sitecustomize_that_fails_fails_by_itself(bench: Bench) -> None:
    write(bench, "src/sitecustomize.py", "raise ValueError('mine')")
    write(bench, "train.py", "print('went on')")
    command = ("env", "PYTHONPATH=src", "python", "train.py")
    seen, result = look(bench, FINGERPRINT, *command)
    assert seen.end is ProbeEnd.NO_TORCH
    assert "went on" in result.log_tail


def test_a_crash_is_a_crash(bench: Bench) -> None:
    write(bench, "train.py", "raise ValueError('broken')")
    _, result = look(bench)
    assert isinstance(result.outcome, Failed)
    assert "broken" in result.outcome.detail


def test_lines_run_in_any_process_and_thread_and_statement(bench: Bench) -> None:
    write(
        bench,
        "train.py",
        "import multiprocessing, subprocess, sys, threading\n"  # 1
        "SETTINGS = {\n"
        "    'rate': 0.1,\n"  # 3: a constant that the compiler folds
        "}\n"
        "# a remark\n"  # 5
        "def aside():\n"
        "    return 7\n"  # 7: in a thread
        "def forked():\n"
        "    return 9\n"  # 9: in a process that is forked off
        "def never():\n"
        "    return 11\n"  # 11: never
        "if __name__ == '__main__':\n"
        "    thread = threading.Thread(target=aside)\n"
        "    thread.start(); thread.join()\n"
        "    process = multiprocessing.get_context('fork').Process(target=forked)\n"
        "    process.start(); process.join()\n"
        "    subprocess.run([sys.executable, 'other.py'])\n",
    )
    write(bench, "other.py", "first = 1\nsecond = 2\n")
    lines = (("train.py", (3, 5, 7, 9, 11)), ("other.py", (2,)))
    seen, _ = look(bench, dataclasses.replace(FINGERPRINT, lines=lines))
    assert seen.executed == (("train.py", (3, 7, 9)), ("other.py", (2,)))


def test_where_the_owner_traces_every_line_may_have_run(bench: Bench) -> None:
    write(
        bench,
        "train.py",
        "import sys\nsys.settrace(lambda *a: None)\ndef f():\n    return 1\nf()\n",
    )
    lines = (("train.py", (4,)),)
    seen, _ = look(bench, dataclasses.replace(FINGERPRINT, lines=lines))
    assert seen.executed == lines
    assert seen.faults == ()


def test_a_file_that_is_no_python_is_left_to_python(bench: Bench) -> None:
    write(bench, "train.py", "import broken\n")
    write(bench, "broken.py", "def (:\n")
    lines = (("broken.py", (1,)),)
    seen, result = look(bench, dataclasses.replace(FINGERPRINT, lines=lines))
    assert seen.executed == lines  # it was read, and what of it ran is not known
    assert isinstance(result.outcome, Failed)
    assert "SyntaxError" in result.outcome.detail


# -- torch itself ---------------------------------------------------------------------


def test_data_loaders_neither_keep_it_alive_nor_hide_their_lines(bench: Bench) -> None:
    script(
        bench,
        before=(
            "class Data(torch.utils.data.Dataset):\n"
            "    def __len__(self):\n"
            "        return 4000\n"
            "    def __getitem__(self, at):\n"
            "        return torch.full((4,), float(at % 7))\n"
            "loader = torch.utils.data.DataLoader(Data(), 8, num_workers=2)\n"
            "batches = iter(loader)\n"
        ),
        model="(lambda _: model(next(batches)))",
    )
    line = (bench.source / "train.py").read_text().splitlines().index(
        "        return torch.full((4,), float(at % 7))"
    ) + 1
    asked = dataclasses.replace(FINGERPRINT, lines=(("train.py", (line,)),))
    seen, result = look(bench, asked)
    assert seen.end is ProbeEnd.STEPS
    assert len(seen.steps) == 3
    assert seen.executed == (("train.py", (line,)),)
    assert result.outcome == Ok()
    assert result.notes == ()


def test_a_handler_that_minds_the_end_of_a_loader_does_not_undo_the_end(
    bench: Bench,
) -> None:
    """As torch's does; here the first is certainly gone before the second's turn."""
    script(
        bench,
        before=(
            "import multiprocessing, signal, time\n"
            "first, second = (\n"
            "    multiprocessing.Process(target=time.sleep, args=(60,), daemon=True)\n"
            "    for _ in range(2)\n"
            ")\n"
            "first.start()\n"
            "second.start()\n"
            "def minds(*_):\n"
            "    raise RuntimeError('a data loader was killed')\n"
            "signal.signal(signal.SIGCHLD, minds)\n"
            "class Late:\n"
            "    daemon, pid, join = True, second.pid, second.join\n"
            "    @property\n"
            "    def exitcode(self):\n"
            "        first.join()\n"
            "multiprocessing.active_children = lambda: [first, Late()]\n"
        ),
    )
    seen, result = look(bench)
    assert seen.end is ProbeEnd.STEPS
    assert len(seen.steps) == 3
    assert result.outcome == Ok()
    assert result.notes == ()


def test_ranks_of_a_launcher_write_side_by_side(bench: Bench) -> None:
    write(
        bench,
        "launch.py",
        "import os, subprocess, sys\n"
        "def start(rank):\n"
        "    told = {'RANK': str(rank), 'WORLD_SIZE': '2'}\n"
        "    command = [sys.executable, 'train.py']\n"
        "    return subprocess.Popen(command, env={**os.environ, **told})\n"
        "sys.exit(sum([one.wait() for one in [start(1), start(0)]]))\n",
    )
    script(bench, before="import os; torch.manual_seed(int(os.environ['RANK']))")
    first, result = look(bench, FINGERPRINT, "python", "launch.py")
    second, _ = look(bench, FINGERPRINT, "python", "launch.py")
    assert result.outcome == Ok()
    assert first.end is ProbeEnd.STEPS
    assert first.processes == 2
    assert [one.optimizer for one in first.steps] == [0, 0, 0, 1, 1, 1]
    assert first.steps == second.steps
    halves = first.steps[:3], first.steps[3:]
    assert losses(halves[0]) != losses(halves[1])


def test_a_compiled_model_is_seen_and_not_touched(bench: Bench) -> None:
    compiled = "compiled = torch.compile(model, backend='eager')"
    counters = (
        "from torch._dynamo.utils import counters\n"
        "print('graphs:', dict(counters['stats']), len(counters['graph_break']))\n"
    )
    script(bench, before=compiled, model="compiled")
    with (bench.source / "train.py").open("a") as file:
        file.write(counters)
    bare = bench.run("python", "train.py")
    seen, watched = look(bench, WATCH)
    assert watched.log_tail == bare.log_tail
    assert "'unique_graphs': 1" in bare.log_tail
    assert [one.step for one in seen.steps] == [1, 10, 20, 30, 40]
    assert all(one.loss and one.parameters for one in seen.steps)
    assert not any(one.batch for one in seen.steps)
    assert seen.faults == ()
    assert "the data of each step is not known" in seen.notes[0]


def test_digests_tell_bits_apart_on_any_device() -> None:
    """In a process of its own, because importing torch would slow down this one."""
    code = """
import torch
from workers.probe.site.seedgate_probe import digest

def both(tensor):
    plain = digest.plain(torch, tensor)
    return digest.short(torch, tensor), digest.summed(torch, plain.contiguous())

one = torch.randn(7, 300, generator=torch.Generator().manual_seed(1))
assert both(one) == both(one.clone()) == both(one.t().contiguous().t())
nudged = one.clone()
nudged.view(torch.int32)[3, 5] += 1
swapped = one.clone()
swapped[0, 0], swapped[0, 1] = one[0, 1], one[0, 0]
for other in (nudged, swapped, -one):
    assert all(a != b for a, b in zip(both(one), both(other)))
assert digest.short(torch, one) != digest.short(torch, one.view(300, 7))
kinds = [torch.bfloat16, torch.float16, torch.float64, torch.complex64, torch.uint8]
made = [digest.short(torch, torch.ones(4).to(kind)) for kind in kinds]
assert len(set(made)) == len(kinds)
for kind in (*kinds, torch.bool):
    digest.summed(torch, torch.ones(5).to(kind))
large = torch.arange(3_000_000, dtype=torch.int32)
assert digest.summed(torch, large) != digest.summed(torch, large.flip(0))
odd = (torch.empty(2, 2, device="meta"), torch.empty(0), torch.ones(3).to_sparse(),
       torch.view_as_complex(torch.ones(2, 2)).conj(), torch.nn.Parameter(one))
assert len({digest.short(torch, each) for each in odd}) == len(odd)
freed = torch.ones(4)
freed.untyped_storage().resize_(0)
digest.short(torch, freed)
many = [torch.randn(1000), torch.randn(300, 300), torch.ones(3).bfloat16()]
before = digest.sampled(torch, many)
assert before == digest.sampled(torch, [each.clone() for each in many])
many[1].mul_(1.0001)
assert before != digest.sampled(torch, many)
print("done")
"""
    root = Path(__file__).parents[3]
    path = {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    done = os.spawnve(
        os.P_WAIT, sys.executable, [sys.executable, "-c", code], {**os.environ, **path}
    )
    assert done == 0
