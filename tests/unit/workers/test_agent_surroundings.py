"""Stories about what a trial finds around it, and what is kept after it."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench, metric
from tests.unit.workers.git_trees import Trees
from workers.agent import NodeAgent
from workers.contract import (
    Attempt,
    Infra,
    InfraReason,
    Ok,
    Resources,
    SourceKind,
)

TELL = """
import json, os, sys
(diary / "told").write_text(json.dumps({
    "environment": dict(os.environ), "folder": os.getcwd(), "python": sys.executable,
    "argv": sys.argv, "stdin": sys.stdin.read(), "path": sys.path,
}))
"""


def told(bench: Bench) -> dict[str, object]:
    return json.loads((bench.diary / "told").read_text())


def test_a_trial_sees_only_the_variables_on_the_list(tmp_path: Path) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": "/home/somebody",
        "LC_TIME": "C",
        "TERM": "xterm",
        "PYTHONPATH": "/ours",
        "GITHUB_TOKEN": "secret",
        "RAY_ADDRESS": "local",
        "RAY_AUTH_TOKEN": "secret",
        "LD_LIBRARY_PATH": "/opt/cuda/lib",
        "SEEDGATE_HOME": "/cache",
    }
    bench = Bench(tmp_path, {"environ": environ})
    resources = Resources(cpus=2.0)
    assert bench.python(TELL, resources=resources).outcome == Ok()
    seen = told(bench)["environment"]
    run = tmp_path / "agent" / "runs" / "key1-1"
    temporary, token = seen.pop("TMPDIR"), seen.pop("SEEDGATE_RUN_TOKEN")
    assert temporary.startswith("/tmp/")
    assert len(token) == 32
    assert seen == {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": "/home/somebody",
        "LC_TIME": "C",
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": "/opt/cuda/lib",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "2",
        "MKL_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
        "NUMEXPR_NUM_THREADS": "2",
        "VECLIB_MAXIMUM_THREADS": "2",
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_VISIBLE_DEVICES": "",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "SEEDGATE_SEED": "7",
        "SEEDGATE_MODE": "mlp",
        "SEEDGATE_STAGE": "fast",
        "SEEDGATE_ARM_TREE": "4b825dc",
        "SEEDGATE_OUTPUT_DIR": str(run / "output"),
        "SEEDGATE_CHECKPOINT_DIR": str(tmp_path / "agent" / "checkpoints" / "key1"),
        "SEEDGATE_METRICS": str(run / "reported" / "metrics.jsonl"),
    }


def test_a_share_of_a_cpu_still_gets_one_thread(bench: Bench) -> None:
    bench.python(TELL, resources=Resources(cpus=0.5))
    assert told(bench)["environment"]["OMP_NUM_THREADS"] == "1"


def test_a_trial_sees_only_its_own_devices(bench: Bench) -> None:
    spec = bench.spec("python", "-c", bench.told(TELL))
    result = bench.agent.run(bench.attempt(), spec, ("3", "5"))
    assert told(bench)["environment"]["CUDA_VISIBLE_DEVICES"] == "3,5"
    assert result.devices == ("3", "5")


def test_python_is_ours_where_no_environment_is_active(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"environ": {"PATH": "/usr/bin:/bin"}})
    bench.python(TELL)
    assert told(bench)["python"] == str(Path(sys.executable).parent / "python")


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_python_is_that_of_the_active_environment(
    tmp_path: Path, variable: str
) -> None:
    programs = tmp_path / "environment" / "bin"
    programs.mkdir(parents=True)
    script = programs / "python"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/used\n")
    script.chmod(0o755)
    environ = {"PATH": "/usr/bin:/bin", variable: str(programs.parent)}
    bench = Bench(tmp_path, {"environ": environ})
    bench.run("python", "train.py")
    assert (tmp_path / "used").exists()


def test_a_trial_reads_nothing_from_standard_input(bench: Bench) -> None:
    bench.python(TELL)
    assert told(bench)["stdin"] == ""


def test_a_trial_works_in_its_own_copy_of_the_tree(bench: Bench) -> None:
    (bench.source / "data.txt").write_text("clean")
    code = f"import os\n{TELL}\nPath('data.txt').write_text('spoilt')"
    assert bench.python(code).outcome == Ok()
    assert told(bench)["folder"] == str(bench.tmp / "agent/runs/key1-1/tree")
    assert (bench.source / "data.txt").read_text() == "clean"


def test_a_tree_of_a_real_repository_is_run(tmp_path: Path) -> None:
    trees = Trees(tmp_path)
    tree = trees.of({"train.py": b"print('loss: 3')\n"})
    bench = Bench(tmp_path)
    agent = NodeAgent(tmp_path / "other")
    spec = bench.spec("python", "train.py", objects=str(trees.objects), tree=tree)
    result = agent.run(Attempt("key", 1), spec)
    assert result.outcome == Ok()
    assert result.log_tail == "loss: 3"
    missing = bench.spec("true", objects=str(trees.objects), tree="0" * 40)
    result = agent.run(Attempt("key", 2), missing)
    assert isinstance(result.outcome, Infra)
    assert result.outcome.reason is InfraReason.CHECKOUT
    agent.close()


def test_the_node_fills_in_its_placeholders(bench: Bench) -> None:
    command = [
        "python",
        "-c",
        bench.told(TELL),
        "{output_dir}/x",
        "{checkpoint}",
        "{a}",
    ]
    bench.run(*command)
    run, kept = bench.tmp / "agent/runs/key1-1", bench.tmp / "agent/checkpoints/key1"
    assert told(bench)["argv"][1:] == [f"{run}/output/x", str(kept), "{a}"]
    bench.run(*command, checkpoint="last.pt")
    run = bench.tmp / "agent/runs/key2-1"
    assert told(bench)["argv"][2] == f"{run}/output/last.pt"


def test_a_lost_trial_finds_its_checkpoint_on_the_next_attempt(bench: Bench) -> None:
    code = """
import os, time
place = Path(os.environ["SEEDGATE_CHECKPOINT_DIR"]) / "step"
if place.exists():
    print("loss:", place.read_text())
else:
    place.write_text("500")
    (diary / "saved").write_text("1")
    time.sleep(600)
"""
    source = metric(SourceKind.STDOUT, r"loss: (?P<value>\S+)")
    spec = bench.spec("python", "-c", bench.told(code), metrics=(source,))
    with bench.running(*spec.argv, metrics=spec.metrics) as running:
        bench.wait_for("saved")
        bench.agent.cancel(running.attempt)
        assert isinstance(running.result().outcome, Infra)
    result = bench.agent.run(Attempt(running.attempt.key, 2), spec)
    assert result.metrics == {"loss": 500.0}
    assert not (bench.tmp / "agent/checkpoints" / running.attempt.key).exists()


def test_only_logs_and_metric_files_are_kept_of_a_finished_trial(bench: Bench) -> None:
    code = """
import os
output = Path(os.environ["SEEDGATE_OUTPUT_DIR"])
(output / "weights.pt").write_bytes(bytes(1000))
(output / "log.csv").write_text("step,loss\\n1,2\\n")
(output / "shut").mkdir()
(output / "shut").chmod(0)
Path(os.environ["TMPDIR"], "scratch").touch()
(diary / "temporary").write_text(os.environ["TMPDIR"])
print("done")
"""
    result = bench.python(code, metric(SourceKind.CSV, "log.csv"))
    assert result.metrics == {"loss": 2.0}
    run = bench.tmp / "agent/runs/key1-1"
    kept = sorted(str(x.relative_to(run)) for x in run.rglob("*") if x.is_file())
    assert kept == ["metrics/0-log.csv", "stderr.log", "stdout.log"]
    assert (run / "stdout.log").read_text() == "done\n"
    assert not Path((bench.diary / "temporary").read_text()).exists()
    assert list((bench.tmp / "agent/locks").iterdir()) == []


def test_old_runs_are_forgotten(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"kept_runs": 2})
    for _ in range(4):
        bench.run("true")
    left = sorted(path.name for path in (tmp_path / "agent/runs").iterdir())
    assert left == ["key3-1", "key4-1"]


def test_a_trial_cannot_make_the_agent_remove_foreign_folders(bench: Bench) -> None:
    precious = bench.tmp / "precious"
    (precious / "below").mkdir(parents=True)
    code = f"""
import os, shutil
run = Path.cwd().parent
Path(os.environ["TMPDIR"]).rmdir()
(run / "tmp").unlink()
(run / "tmp").symlink_to({str(precious)!r})
shutil.rmtree(run / "output")
(run / "output").symlink_to({str(precious)!r})
"""
    assert bench.python(code).outcome == Ok()
    assert (precious / "below").exists()


def test_a_node_describes_itself(bench: Bench) -> None:
    node = bench.agent.describe()
    assert node.name == os.uname().nodename
    assert 0 < node.cpus <= (os.cpu_count() or 1)
    assert node.memory_bytes > 100_000_000
    assert node.interpreter == str(Path(sys.executable).parent / "python")
    version = ".".join(map(str, sys.version_info[:3]))
    assert node.environment_summary.startswith(f"Python {version}, torch ")
    assert "packages" in node.environment_summary
    assert node == bench.agent.describe()


def test_another_package_is_another_environment(tmp_path: Path) -> None:
    hashes = set()
    for number in ("1.0", "1.1"):
        site = tmp_path / "site"
        shutil.rmtree(site, ignore_errors=True)
        record = site / f"thing-{number}.dist-info"
        record.mkdir(parents=True)
        record.joinpath("METADATA").write_text(f"Name: thing\nVersion: {number}\n")
        script = tmp_path / "bin" / "python"
        script.parent.mkdir(exist_ok=True)
        code = f"import sys; sys.path.insert(0, {str(site)!r}); exec(sys.argv[1])"
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$3"\n')
        script.chmod(0o755)
        bench = Bench(tmp_path, {"environ": {"VIRTUAL_ENV": str(tmp_path)}})
        hashes.add(bench.agent.describe().environment_hash)
    assert len(hashes) == 2


def test_a_package_that_is_imported_from_a_working_copy_is_told_with_its_folder(
    tmp_path: Path,
) -> None:
    site, copy = tmp_path / "site", tmp_path / "my copy"
    record = site / "thing-1.0.dist-info"
    record.mkdir(parents=True)
    record.joinpath("METADATA").write_text("Name: thing\nVersion: 1.0\n")
    origin = {"url": copy.as_uri(), "dir_info": {"editable": True}}
    record.joinpath("direct_url.json").write_text(json.dumps(origin))
    script = tmp_path / "bin" / "python"
    script.parent.mkdir()
    code = f"import sys; sys.path.insert(0, {str(site)!r}); exec(sys.argv[1])"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$3"\n')
    script.chmod(0o755)
    bench = Bench(tmp_path, {"environ": {"VIRTUAL_ENV": str(tmp_path)}})
    node = bench.agent.describe()
    assert str(copy) in node.editables
    assert "editable: " in node.environment_summary


def test_a_python_that_cannot_be_asked_is_described_as_such(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "python"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    bench = Bench(tmp_path, {"environ": {"VIRTUAL_ENV": str(tmp_path)}})
    assert "cannot be asked" in bench.agent.describe().environment_summary


@pytest.mark.gpu
def test_a_trial_with_one_gpu_sees_exactly_one(bench: Bench) -> None:
    node = bench.agent.describe()
    assert node.gpus >= 1
    assert node.accelerator
    code = "import torch; print('seen:', torch.cuda.device_count())"
    seen = metric(SourceKind.STDOUT, r"seen: (?P<value>\d+)")
    spec = bench.spec("python", "-c", code, metrics=(seen,))
    result = bench.agent.run(bench.attempt(), spec, ("0",))
    assert result.metrics == {"loss": 1.0}, result
    assert bench.agent.run(bench.attempt(), spec).metrics == {"loss": 0.0}
