"""Stories about the memory of a tree of processes."""

import os
import subprocess
import sys

from workers.limits import MemoryMeter, ProcessTable, between_programs, read_process

FORKS = """
import os, sys
if not os.fork():
    shared = bytearray(os.urandom(60_000_000))
    if os.fork() and os.fork():
        print("ready", flush=True)
sys.stdin.read()
"""


def test_pages_that_forks_share_count_once() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        meter = MemoryMeter(ProcessTable(0.0), process.pid)
        peak = meter.measure()
        assert len(meter.seen) == 3
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
    assert not between_programs(pid)
    assert not between_programs(os.getpid())
    me = read_process(os.getpid())
    assert me is not None
    assert me.parent == os.getppid()
    assert me.rss_bytes > 1_000_000
