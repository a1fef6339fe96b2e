"""Stories about the memory of a tree of processes."""

import os
import subprocess
import sys

from tests.unit.workers.bench import eventually
from workers.limits import MemoryMeter, ProcessTable, read_process

FORKS = """
import os, sys
shared = bytearray(os.urandom(60_000_000))
children = [os.fork() for _ in range(1)]
if children[0]:
    if os.fork():
        print("ready", flush=True)
sys.stdin.read()
"""


def test_pages_that_forks_share_count_once() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        meter = MemoryMeter(ProcessTable(0.0), os.getpid())

        def family() -> int:
            meter.measure()
            return len({process.pid} | set(meter.seen))

        eventually(lambda: family() >= 3, "three processes are seen")
        peak = meter.peak_bytes
        process.stdin.close()
    assert 60_000_000 < peak < 110_000_000
    assert meter.measure() == peak


def test_one_look_at_the_machine_serves_many() -> None:
    table = ProcessTable(3600.0)
    before = table.below(os.getpid())
    with subprocess.Popen(["sleep", "600"]) as process:
        assert table.below(os.getpid()) == before
        found = {child.pid for child in ProcessTable(0.0).below(os.getpid())}
        assert process.pid in found
        process.kill()


def test_a_process_that_is_gone_is_none() -> None:
    with subprocess.Popen(["true"]) as process:
        pid = process.pid
    assert read_process(pid) is None
    me = read_process(os.getpid())
    assert me is not None
    assert me.parent == os.getppid()
    assert me.rss_bytes > 1_000_000
