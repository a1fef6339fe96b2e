"""The parent of one trial: starts its command, and leaves nothing of it running.

Run as a script with the command's own environment, folder and output:
`python -I -S supervisor.py STATUS_FD LOCK_FD GRACE_S FILE_BYTES -- COMMAND...`.
It imports no more than it must, because every trial pays for its start. It promises:

- every descendant of the command is ended before it ends itself, daemons included: it
  is their sub-reaper, so an orphan becomes its child and cannot get away;
- standard input is a lifeline: at its end (the agent closed it, or died) the command
  gets SIGTERM, GRACE_S seconds, then SIGKILL; a byte `K` means SIGKILL at once;
- the last thing it does is one line of JSON on STATUS_FD (see `Report`). A pipe needs
  no room on a disk, and cannot be written by the trial;
- LOCK_FD, which it only holds open, stays locked for as long as anything may run.
"""

import ctypes
import os
import resource
import select
import signal
import sys
import time

TYPE_CHECKING = False  # importing typing for it would cost every trial 8 ms
if TYPE_CHECKING:
    from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LINGER_S = 0.25
"""How long helpers that end by themselves may outlive the command."""
_GIVE_UP_S = 10.0
"""How long processes are tried to be killed before they are reported as left."""
_RETRY_S = 0.02
_STDIN, _STDOUT, _STDERR = 0, 1, 2


class Report:
    """How it ended; `errno` is not 0 if the command could not be started.

    `status` is a wait status, `started` and `ended` are CLOCK_MONOTONIC seconds,
    `background` counts processes that had to be ended after the command, `left` those
    that could not be. `asked`: the command was told to end while it still ran.
    """

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.errno = 0
        self.status = 0
        self.asked = False
        self.background = 0
        self.left = 0
        self.started = time.monotonic()
        self.ended = self.started

    def line(self) -> bytes:
        """One line of JSON, written by hand: importing json costs 4 ms a trial."""
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        fields = (
            f'"errno": {self.errno}, "status": {self.status},'
            f' "asked": {int(self.asked)}, "background": {self.background},'
            f' "left": {self.left}, "peak_kib": {peak},'
            f' "started": {self.started!r}, "ended": {self.ended!r}'
        )
        return f"{{{fields}}}\n".encode()


class Signals:
    """Signals turned into readable bytes, so that one poll waits for everything."""

    def __init__(self) -> None:
        """Take over SIGCHLD and the signals that ask a process to end."""
        self.read_fd, write_fd = os.pipe()
        for descriptor in (self.read_fd, write_fd):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(write_fd, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, _noticed)

    def asked_to_end(self) -> bool:
        """Whether one of the signals since the last call asked us to end."""
        seen = _read(self.read_fd)
        return any(number != signal.SIGCHLD for number in seen)


class Family:
    """The command and all its descendants."""

    def __init__(self, command: int, report: Report) -> None:
        """`command` is the process id of a child that runs."""
        self.command = command
        self.alive = True
        self._report = report
        self._ended: set[int] = set()

    def reap(self) -> bool:
        """Collect what has ended; False once no descendant is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.command:
                self.alive = False
                self._report.status = status
                self._report.ended = time.monotonic()

    def send(self, number: int) -> int:
        """Send a signal to every descendant that is left; how many there are."""
        pids = descendants(os.getpid())
        for pid in pids:
            _kill(pid, number)
        if not self.alive:
            self._ended.update(pids)
            self._report.background = len(self._ended)
        return len(pids)


def descendants(root: int) -> list[int]:
    """Process ids of all children of `root`, their children, and so on."""
    children: dict[int, list[int]] = {}
    with os.scandir("/proc") as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdigit()]
    for pid in pids:
        children.setdefault(_parent(pid), []).append(pid)
    found = list(children.get(root, ()))
    for pid in found:  # grows while it is walked
        found.extend(children.get(pid, ()))
    return found


def _parent(pid: int) -> int:
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return 0
    try:
        stat = os.read(descriptor, 1024)
    except OSError:
        return 0
    finally:
        os.close(descriptor)
    state_and_parent = stat[stat.rindex(b")") + 2 :].split(None, 2)
    return 0 if state_and_parent[0] == b"Z" else int(state_and_parent[1])


def _noticed(_number: int, _frame: object) -> None:
    """Do nothing: the byte in the pipe is what counts."""


def _kill(pid: int, number: int) -> None:
    try:  # noqa: SIM105 - contextlib would cost every trial 2 ms
        os.kill(pid, number)
    except OSError:  # it is gone, or somebody else's: then it is counted as left
        pass


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 512)
    except BlockingIOError:
        return b""


def start(command: list[str]) -> tuple[int, int]:
    """Fork and execute; process id and 0, or 0 and the errno of the failure."""
    read_fd, write_fd = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _execute(command, parent, write_fd)
    os.close(write_fd)
    failure = os.read(read_fd, 16)
    os.close(read_fd)
    if failure:
        os.waitpid(pid, 0)
        return 0, int(failure)
    return pid, 0


def _execute(command: list[str], parent: int, failure_fd: int) -> "NoReturn":
    try:
        os.setsid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # the parent died before the line above could help
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores these two
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, _STDIN)
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as fault:
        os.write(failure_fd, str(fault.errno or 1).encode())
    finally:
        os._exit(127)


def _limit(which: int, amount: int) -> None:
    _, most = resource.getrlimit(which)
    amount = amount if most == resource.RLIM_INFINITY else min(amount, most)
    resource.setrlimit(which, (amount, amount))


def _leave_output() -> None:
    """Keep no copy of the command's pipes: their end must mean that it closed them."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, _STDOUT)
    os.dup2(nothing, _STDERR)


class Watch:
    """Waits for the command, for the lifeline and for signals, whichever is first."""

    def __init__(self, family: Family, report: Report, grace_s: float) -> None:
        """Nothing was asked yet, so there is no deadline."""
        self._family = family
        self._report = report
        self._grace_s = grace_s
        self._signals = Signals()
        self._deadline: float | None = None
        self._passed_on = False
        self._poll = select.poll()
        self._poll.register(_STDIN, select.POLLIN)
        self._poll.register(self._signals.read_fd, select.POLLIN)

    def until_nothing_is_left(self) -> None:
        """Return when no descendant lives, or when the rest cannot be killed."""
        give_up: float | None = None
        while self._family.reap():
            self._linger()
            if self._deadline is None or time.monotonic() < self._deadline:
                self._wait(self._deadline)
                continue
            give_up = give_up or time.monotonic() + _GIVE_UP_S
            self._report.left = self._family.send(signal.SIGKILL)
            if time.monotonic() > give_up:
                return
            self._wait(time.monotonic() + _RETRY_S)
        self._report.left = 0

    def _linger(self) -> None:
        if self._family.alive:
            return
        if self._deadline is None:
            self._deadline = time.monotonic() + _LINGER_S
        elif self._report.asked and not self._passed_on:
            self._passed_on = True
            self._family.send(signal.SIGTERM)

    def _wait(self, deadline: float | None) -> None:
        left = None if deadline is None else deadline - time.monotonic()
        events = self._poll.poll(None if left is None else max(0.0, left) * 1000)
        descriptors = [descriptor for descriptor, _ in events]
        if self._signals.asked_to_end():
            self._end(self._grace_s)
        if _STDIN in descriptors:
            self._heed(os.read(_STDIN, 16))

    def _heed(self, order: bytes) -> None:
        if not order:
            self._poll.unregister(_STDIN)
        self._end(0.0 if b"K" in order else self._grace_s)

    def _end(self, grace_s: float) -> None:
        deadline = time.monotonic() + grace_s
        self._family.reap()  # it may have ended by itself just before it was asked to
        if self._family.alive:
            self._report.asked = True
            _kill(self._family.command, signal.SIGTERM)
        else:
            deadline = time.monotonic()
        self._deadline = min(deadline, self._deadline or deadline)


def main(argv: list[str]) -> int:
    """Supervise one command; the exit status says only whether it could be started."""
    status_fd, lock_fd, grace_s, file_bytes = argv[:4]
    for ours in (int(status_fd), int(lock_fd)):
        os.set_inheritable(ours, False)  # noqa: FBT003
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, int(file_bytes))
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    report = Report()
    command, report.errno = start(argv[5:])
    _leave_output()
    if command:
        watch = Watch(Family(command, report), report, float(grace_s))
        watch.until_nothing_is_left()
    os.write(int(status_fd), report.line())
    return 1 if report.errno else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
