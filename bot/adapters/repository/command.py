"""Running git so that neither the judged repository nor the caller can steer it.

Every call drops the variables by which a git hook or a script redirects git, and sets
what a repository's own configuration could use to start a program: no hook, no file
system monitor, no network. Calls on our own scratch repositories go further and read
no system or user configuration at all, so their result depends on the objects alone.
"""

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from bot.adapters.repository.bounds import Bounds, collected
from bot.domain.errors import GitFault, UserFault

if TYPE_CHECKING:
    from subprocess import Popen

    from git import Git

OLDEST = (2, 38)
"""The first git that can write the tree of a merge without a working copy."""

_ENV = "/usr/bin/env"
_NOT_RUN = range(125, 128)
"""Exit codes of `env` where it cannot start a program."""
_KEPT = re.compile(
    r"GIT_(EXEC_PATH|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))"
)
_SAFE = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.splitIndex": "false",
    "core.warnAmbiguousRefs": "true",
    "gc.auto": "0",
    "protocol.allow": "never",
    "status.submoduleSummary": "false",
    "submodule.recurse": "false",
}
_ALWAYS = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone must not fetch behind our back
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # replaced objects exist on this machine only
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_ALONE = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
_ALONE_SETTINGS = {"core.attributesFile": os.devnull}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call of git gave: exit status, exact output, and its words."""

    status: int
    output: bytes
    words: str

    @property
    def line(self) -> str:
        """The output as one name, without the newline that ends it."""
        return os.fsdecode(self.output).removesuffix("\n")


class GitError(Exception):
    """A call of git that ended badly; the caller says what that means to a person."""

    def __init__(self, answer: Answer) -> None:
        """Keep the whole answer; `str()` is git's own first complaint."""
        super().__init__(complaint(answer.words))
        self.answer = answer


class GitLimitError(GitError):
    """A call of git that took too long or gave too much, and was killed for that."""


@dataclass(frozen=True, slots=True)
class GitCommand:
    """git in one folder, with the variables and settings of every call there.

    `isolated` calls see neither the system's nor the user's configuration. `settings`
    may hold a token, so nothing shows them. `bounds` hold for `ask` and `run`.
    """

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    isolated: bool = False
    bounds: Bounds = field(default_factory=Bounds)

    def ask(self, *arguments: str, feed: bytes = b"") -> Answer:
        """Run `git arguments` with `feed` as its input, whatever the exit status.

        Raises `GitLimitError` where it goes over the bounds, and `GitFault` where it
        was killed or never ran: that is no answer, whatever was asked.
        """
        with TemporaryFile() as source:
            source.write(feed)
            source.seek(0)
            process = self.start(*arguments, source=source)
            found = collected(process, self.bounds)
        if found.over:
            words = f"fatal: `git {arguments[0]}` {found.over}, and was stopped"
            raise GitLimitError(Answer(found.status, b"", words))
        if found.status < 0:
            raise GitFault(f"`git {arguments[0]}` was killed (signal {-found.status}).")
        if found.status in _NOT_RUN:
            raise GitFault(f"`git {arguments[0]}` could not be started.")
        # The answer is bytes: names in a repository need not be text.
        words = found.words.decode("utf-8", "backslashreplace")
        return Answer(found.status, found.output, words)

    def run(self, *arguments: str, feed: bytes = b"") -> Answer:
        """The answer of a call that must succeed; `GitError` otherwise."""
        answer = self.ask(*arguments, feed=feed)
        if answer.status != 0:
            raise GitError(answer)
        return answer

    def start(
        self, *arguments: str, source: BinaryIO, lent: Sequence[int] = ()
    ) -> "Popen[bytes]":
        """Start `git arguments` at the head of a process group of its own.

        It reads `source`, and it and all that it starts hold the files `lent` open.
        Raises `GitFault` where its folder is gone: it would run in another one.
        """
        if not os.access(self.folder, os.X_OK):
            raise GitFault("The folder that git is to work in is gone.")
        environment = self._environment()
        started = _python_git(self.folder).execute(
            _spelled(environment, arguments),
            istream=source,
            as_process=True,
            env=environment,
            start_new_session=True,
            pass_fds=tuple(lent),
        )
        # GitPython's holder ends a process as soon as nobody holds the holder.
        process = cast("Popen[bytes]", started.proc)
        started.proc = None
        return process

    def _environment(self) -> dict[str, str]:
        given = 0 if self.isolated else _count(os.environ.get("GIT_CONFIG_COUNT", ""))
        settings = _SAFE | (_ALONE_SETTINGS if self.isolated else {})
        own = _ALONE if self.isolated else {}
        numbered = as_variables({**settings, **self.settings}, given)
        return {**own, **_ALWAYS, **numbered, **self.variables}


def as_variables(settings: Mapping[str, str], given: int) -> dict[str, str]:
    """Settings as environment variables, after `given` ones; any name is safe here."""
    variables = {"GIT_CONFIG_COUNT": str(given + len(settings))}
    for number, (key, value) in enumerate(settings.items(), start=given):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables


def readable(name: bytes) -> str:
    """A path of a repository for people; bytes that are not UTF-8 are spelled out."""
    return name.decode("utf-8", "backslashreplace")


def complaint(words: str) -> str:
    """git's first fatal or error line, without its label."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    for label in ("fatal: ", "error: "):
        for line in lines:
            if line.startswith(label):
                return line.removeprefix(label)
    return lines[0] if lines else "it said nothing"


Told = Callable[[], None]
"""Told each time that a copy of our own could not be read: it may be damaged."""


def unread(told: Told) -> GitFault:
    """What to say where a copy of our own cannot be read; the log says why."""
    told()
    return GitFault("git could not read our own copy of the repository.")


def require_git() -> None:
    """Refuse, with the mend, when there is no git or one that is too old."""
    if shutil.which("git") is None:
        raise _no_git()
    words = GitCommand(Path("/"), isolated=True).ask("version").line
    match = re.search(r"(\d+)\.(\d+)", words)
    if match is None or (int(match[1]), int(match[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        problem = f"This git is too old to merge without a working copy: {words}."
        raise UserFault(problem, f"Install git {oldest} or newer.")


def _no_git() -> UserFault:
    return UserFault(
        "There is no git program on the PATH.",
        "Install git (for example `apt install git` or `brew install git`).",
    )


def _python_git(folder: Path) -> "Git":
    from git import Git  # late: it runs git as it is imported, and takes 60 ms

    return Git(str(folder))


def _spelled(environment: Mapping[str, str], arguments: Sequence[str]) -> list[str]:
    return [_ENV, *_dropped(environment), "git", *arguments]


def _dropped(kept: Mapping[str, str]) -> Sequence[str]:
    names = [name for name in os.environ if name.startswith("GIT_")]
    gone = [name for name in names if name not in kept and not _KEPT.fullmatch(name)]
    return [part for name in gone for part in ("-u", name)]


def _count(text: str) -> int:
    return int(text) if text.isdecimal() else 0
