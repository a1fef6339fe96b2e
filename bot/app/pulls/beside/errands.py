"""Errands: orders whose answer is long work beside the verdict, each answered once.

An order is an act of the pull request, and its answer a reply of its own. So whatever
was ordered and has no answer yet is found anew at each look, after a crash too.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from bot.app.pulls.commands.answering import reply_post
from bot.app.pulls.evaluations import Task
from bot.app.pulls.looking.scene import Scene
from bot.app.pulls.looking.tasks import task_of
from bot.app.pulls.ports import PullStore
from bot.domain.commands import Baseline, Cancel, Command, Split
from bot.domain.conclusions import Conflict, Impossible
from bot.domain.github import Place
from bot.domain.pulls.acts import Act, Orders, PullKey, answer_note, is_errand
from bot.domain.pulls.deciding import Say, Silent, may_run, next_move
from bot.presentation.escape import code
from bot.presentation.github.errands import refused, ungated
from bot.presentation.words import errands as words
from bot.presentation.words.commands import Answer


@dataclass(frozen=True, slots=True)
class Errand:
    """An order, and what it is about: `task` has the commit that was named."""

    act: Act
    task: Task

    @property
    def key(self) -> str:
        """What tells it from all others, for ever."""
        return key_of(self.act)


class Porters(Protocol):
    """Who carries errands out beside the App's other work."""

    def begin(self, errand: Errand, done: Callable[[str], None]) -> None:
        """Carry it out, unless somebody does; `done` is told the answer (Markdown).

        It is not told of one that was stopped.
        """
        ...

    def keep(self, pull: PullKey, keys: Collection[str]) -> None:
        """Stop all errands of a pull request but these."""
        ...


class Errands:
    """Has errands carried out, and their answers sent."""

    def __init__(self, store: PullStore, porters: Porters) -> None:
        """Nothing is looked at before `consider`."""
        self._store, self._porters = store, porters

    def consider(self, scene: Scene) -> bool:
        """Begin what was ordered and is not answered; stop what nobody wants.

        Whether any of it goes on. Safe to repeat. Raises `MachineryFault`.
        """
        ordered = [one for one in scene.acts if is_errand(one.command)]
        wanted = [one for one in ordered if not self._answered(one)]
        ended = {key_of(one): at_once(scene, one) for one in wanted}
        going = [key for key, text in ended.items() if not text]
        self._porters.keep(scene.seen.key, going)
        for act in wanted:
            self._one(scene, act, ended[key_of(act)])
        return bool(going)

    def leave(self, pull: PullKey) -> None:
        """Carry none of its errands on; they are begun anew when it is seen again."""
        self._porters.keep(pull, ())

    def _one(self, scene: Scene, act: Act, text: str) -> None:
        place = scene.seen.place
        if text:
            self._answer(place, act, text)
            return
        errand = Errand(act, self._task(scene, act))
        self._porters.begin(errand, partial(self._answer, place, act))

    def _task(self, scene: Scene, act: Act) -> Task:
        """About the commit of the order, on the base that it is judged against."""
        task = replace(task_of(scene), orders=Orders(), head=act.sha)
        if act.sha == scene.seen.pull.head.sha:
            return task
        pin = self._store.pinned(act.pull, act.sha, task.base_ref)
        return replace(task, base=pin.base) if pin else task

    def _answered(self, act: Act) -> bool:
        return bool(self._store.recall(answer_note(act)))

    def _answer(self, place: Place, act: Act, text: str) -> None:
        """The reply first: where a crash comes between, it is the same one again."""
        if self._answered(act):
            return
        to = f"{act.source}:done"
        post = reply_post(place, act.pull.number, to, [Answer("", text)])
        self._store.put([post])
        self._store.remember(answer_note(act), "answered")


def key_of(act: Act) -> str:
    """What tells an order from those of all repositories."""
    return f"{act.pull.repository}:{act.source}"


def at_once(scene: Scene, act: Act) -> str:
    """The answer that needs no work; empty where there is work to do."""
    stopped = _stopped_by(scene.acts, act)
    if stopped:
        return words.stopped(code(stopped))
    move = next_move(scene.facts)
    match move:
        case Silent(why=why):
            return ungated(why)
        case Say(outcome=Impossible(problem, mend)):
            return refused(problem, mend)
        case Say(outcome=Conflict(files, related)):
            shown = [code(one, 80) for one in files]
            return words.conflict(shown) if related else words.UNRELATED
        case _ if _trains(act.command) and not _may_train(scene, act):
            return words.UNTRUSTED
        case _:
            return "" if scene.pin is not None else words.UNJUDGEABLE


def _trains(command: Command) -> bool:
    """Whether the branch's own code runs; what is new here counts as such."""
    match command:
        case Split():  # trees are merged, and nothing in them is run
            return False
        case Baseline():  # the base runs by itself
            return False
        case _:
            return True


def _may_train(scene: Scene, act: Act) -> bool:
    """Whether the code of the very commit that was ordered may run.

    It does not hang on what is said of the head, for which nothing has to run at times.
    Somebody vouched for the head alone; so an earlier commit runs only where all that
    is pushed to the branch is by those who may write.
    """
    if act.sha == scene.seen.pull.head.sha:
        return may_run(scene.facts)
    return scene.facts.insider


def _stopped_by(acts: Sequence[Act], act: Act) -> str:
    """Who stopped it, on the same commit and after it; empty where nobody did."""
    after = acts[[one.source for one in acts].index(act.source) :]
    for one in after:
        if isinstance(one.command, Cancel) and one.sha == act.sha:
            return one.login
    return ""
