"""What the App keeps of pull requests, on a SQL database: `PullStore`.

Every call is one transaction, on the disk when it returns, and safe to repeat: one that
the server took back, or whose connection was lost, is made again for a while.
"""

import uuid
from collections.abc import Callable, Collection, Sequence

from bot.adapters.store import alarms, outbox, pruning, register, sweeping
from bot.adapters.store.database.calling import Calls
from bot.adapters.store.database.holding import Holds
from bot.adapters.store.database.opening import open_engine
from bot.adapters.store.reigns import Reign
from bot.app.pulls.ports import Due, Pin, Queued, Remark, Remote
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Outline, Standing

PATIENCE_S = 10.0
"""How long a call waits for another process that is writing."""


class SqlPulls:
    """`PullStore` at a database URL, on connections of its own."""

    def __init__(
        self, url: str, now: Callable[[], float], patience_s: float = PATIENCE_S
    ) -> None:
        """Open the store at `url`, made or migrated if due; `now` in Unix seconds.

        `url` is what `sqlite_url` or `postgres_url` made. Raises `StoreError`, and
        `UserFault` for a server that does not let us in.
        """
        self._engine, self.name = open_engine(url, patience_s)
        nothing = Holds(self._engine)
        calls = Calls(self._engine, self.name, nothing, patience_s)
        self._calls = Reign(calls, self.name)
        self._now = now

    def close(self) -> None:
        """Give every connection back to the system."""
        self._engine.dispose()

    def reign(self) -> Collection[str]:
        """Lead from now on: whoever led before cannot write here any more.

        For whoever has just got the lead. What was not said to its end, or not
        answered, is due at once. Gives the keys of posts of which a call may still be
        on its way from another process. Every write raises `StoreError` once somebody
        else leads.
        """
        return self._calls.begin(uuid.uuid4().hex, self._now())

    def still_reigns(self) -> None:
        """Raises `StoreError` where somebody else leads; for what is no write here."""
        self._calls.require()

    # Which are to be looked at ---------------------------------------------------

    def wake(self, pull: PullKey, installation: int, at: float) -> None:
        """Look at it at `at`, or earlier where that was asked before; counts one up."""
        self._calls.write(alarms.wake, pull, installation, at)

    def due(self, now: float, limit: int) -> Sequence[Due]:
        """Those whose time has come, the longest due first."""
        return self._calls.read(alarms.due, now, limit)

    def rest(self, due: Due, again_at: float | None) -> bool:
        """It was looked at: next at `again_at`, unless it was woken or left since."""
        return self._calls.write(alarms.rest, due, again_at)

    # What was recorded of them ---------------------------------------------------

    def saw_head(self, pull: PullKey, sha: str, at: float) -> None:
        """The head is `sha`, seen at `at`; one that is the latest already is left."""
        self._calls.write(register.saw_head, pull, sha, at)

    def head_at(self, pull: PullKey, moment: float) -> str | None:
        """The head that was recorded at a moment; None where none was yet."""
        return self._calls.read(register.head_at, pull, moment)

    def heads(self, pull: PullKey) -> Sequence[str]:
        """Every head that was ever recorded, each once, the latest last."""
        return self._calls.read(register.all_heads, pull)

    def note(self, remark: Remark) -> bool:
        """Keep a remark to be worked on; False for one that is known already."""
        return self._calls.write(register.note, remark)

    def remarks(self, limit: int) -> Sequence[Remark]:
        """Those that are to be worked on, the oldest first."""
        return self._calls.read(register.waiting_remarks, limit)

    def overhear(self, remarks: Sequence[Remark]) -> None:
        """Know these, which ask us for nothing; those that are known are left."""
        if remarks:
            self._calls.write(register.overhear, remarks)

    def settle(
        self, remark: Remark, acts: Sequence[Act], posts: Sequence[Post], at: float
    ) -> None:
        """A remark is done, once: keep what was ordered and what is answered."""
        moments = (at, self._now())
        self._calls.write(register.settle, remark, (acts, posts), moments)

    def act(self, acts: Sequence[Act]) -> None:
        """Keep orders that came otherwise; known ones are left."""
        self._calls.write(register.add_acts, acts)

    def acts(self, pull: PullKey) -> Sequence[Act]:
        """All orders of a pull request, in the order in which they were said."""
        return self._calls.read(register.all_acts, pull)

    def pin(self, pin: Pin, *, renew: bool = False) -> Pin:
        """Keep the first base of a head and base branch, or the new one; the kept."""
        return self._calls.write(register.keep_pin, pin, renew=renew)

    def pinned(self, pull: PullKey, head: str, base_ref: str) -> Pin | None:
        """The base that is kept for a head and base branch; None for none."""
        return self._calls.read(register.pinned, pull, head, base_ref)

    def standing(self, pull: PullKey) -> Standing | None:
        """Where a pull request stands; None for one that was never looked at."""
        return self._calls.read(register.one_standing, pull)

    def standings(self, repository: int, head: str = "") -> Sequence[Standing]:
        """Of a repository, or of one head in it; by number."""
        return self._calls.read(register.all_standings, repository, head)

    def outlines(self, repository: int) -> Sequence[Outline]:
        """The open ones of a repository without their texts, by number."""
        return self._calls.read(sweeping.all_outlines, repository)

    def say(self, standing: Standing, posts: Sequence[Post]) -> None:
        """Keep where it stands, and what is to be sent for it, as one."""
        self._calls.write(register.say, standing, posts, self._now())

    # What is to stand on GitHub --------------------------------------------------

    def put(self, posts: Sequence[Post]) -> None:
        """Keep these in place of earlier ones; what is sent already is left."""
        if posts:
            self._calls.write(outbox.put_all, posts, self._now())

    def suspect(self, posts: Sequence[Post]) -> None:
        """Of those that nothing is kept of, an earlier one may stand there."""
        self._calls.write(outbox.suspect, posts, self._now())

    def waiting(self, now: float, limit: int) -> Sequence[Queued]:
        """Those to be sent now: the most urgent first, the oldest of equals first."""
        return self._calls.read(outbox.waiting, now, limit)

    def begun(self, one: Queued) -> None:
        """It is about to be called: a crash from here on may have taken effect."""
        self._calls.write(outbox.begun, one)

    def sent(self, one: Queued, remote: Remote | None) -> None:
        """It stands there as `remote`. A newer version of it goes on waiting."""
        self._calls.write(outbox.sent, one, remote)

    def later(
        self, one: Queued, at: float, why: str, remote: Remote | None = None
    ) -> None:
        """It did not go, or not wholly: again at `at`; `remote` is what is there."""
        self._calls.write(outbox.later, one, (at, why), remote)

    def give_up(self, one: Queued, why: str) -> None:
        """It will not go by itself any more; `why` is for people."""
        self._calls.write(outbox.give_up, one, why)

    def is_given_up(self, key: str) -> bool:
        """Whether it will not go by itself any more."""
        return self._calls.read(outbox.is_given_up, key)

    def unsent(self, key: str) -> Post | None:
        """What waits, or was given up; None where the last word was sent."""
        return self._calls.read(outbox.unsent, key)

    def may_answer(self, key: str) -> bool:
        """Whether a check run shows an answer, or may show one before more is said."""
        return self._calls.read(outbox.may_answer, key)

    def forget(self, key: str, instead: Remote | None = None) -> None:
        """What stood there is gone, or is `instead`: it is made right if put again."""
        self._calls.write(outbox.forget, key, instead)

    def correct(
        self, key: str, was: Remote | None, instead: Remote | None = None
    ) -> bool:
        """The same, if `was` is still what is known to stand there."""
        return self._calls.write(outbox.correct, key, was, instead)

    def remote(self, key: str) -> Remote | None:
        """What stands on GitHub for a key, as far as is known."""
        return self._calls.read(outbox.remote, key)

    def next_at(self) -> float | None:
        """When the next one of those that wait can go (0: at once); None for none."""
        return self._calls.read(outbox.next_at)

    # Going through everything ----------------------------------------------------

    def recall(self, name: str) -> str:
        """The text of a name; empty for none."""
        return self._calls.read(sweeping.recall, name)

    def remember(self, name: str, text: str) -> None:
        """Keep a text in place of the last one."""
        self._calls.write(sweeping.remember, name, text)

    def leave(
        self, installation: int, repository: int | None = None
    ) -> Sequence[PullKey]:
        """Do nothing of an installation, or a repository in it, any more.

        Safe to repeat; but what it says was open is said once.
        """
        return self._calls.write(sweeping.leave, installation, repository)

    def prune(self, before: float) -> int:
        """Forget pull requests that were closed before this; how many. See the port."""
        return self._calls.write(pruning.prune, before, self._now())
