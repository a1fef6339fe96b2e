"""Whether a command is done, from all that is known when it is handled: `ordered`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.commands import (
    TABLE,
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    Evidence,
    Heads,
    Help,
    More,
    Ok,
    Person,
    Refusal,
    Refused,
    Retry,
    Rules,
    Run,
    Split,
    Status,
    Target,
    Unaccept,
    UntilCommit,
    Why,
    bind,
    named_sha,
    permit,
)
from bot.domain.commands.nearest import nearest
from bot.domain.verdict import Finding, Ruling
from bot.domain.verdict.acceptable import accepts

_HOLD_UP = (Ruling.BLOCK, Ruling.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy of the base says for commands on one head.

    `modes` and `stages` are all names of the policy; empty is not known, and any name
    is taken then. `sandboxed` says that a sandbox has proved itself on a node.
    """

    rules: Rules = field(default_factory=Rules)
    modes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    sandboxed: bool = False


UNKNOWN = Terms(Rules(policy_known=False))
"""Where nobody knows what rules: only maintainers may what needs a role."""


@dataclass(frozen=True, slots=True)
class Named:
    """Changes of the branch: `known` are the names of all, `strange` are none of them.

    Both are empty where nobody knows, or nothing was named.
    """

    known: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the answer to one command hangs on.

    `ever` are all commits that were a head of the pull request, in full. `findings`
    are those of the head as it is now. `accepted` are ids of findings that somebody
    accepted and nobody took back, on whatever head, before this was said; `later` those
    of which something was said after it. `changes` are those that the commands name.
    `stands` is what the check run says where no trial of the head runs or waits to run,
    empty where there is none; None where one may. `errands` is whether one of the head
    is under way. `needless` is what the check run says of a head that needs no trials.
    Where trials rest after a verdict, `decided` says that no further seeds could change
    it, and `lossless` that no machine lost a trial of it.
    """

    person: Person
    terms: Terms
    heads: Heads
    ever: tuple[str, ...] = ()
    open: bool = True
    findings: tuple[Finding, ...] = ()
    accepted: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    changes: Named = field(default_factory=Named)
    stands: str | None = None
    errands: bool = False
    merged: bool = False
    needless: str = ""
    decided: bool = False
    lossless: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """The command is done. `sha` is the head, in full; so is what the command names.

    `sha` is None for a question alone. `idle` is what is told where there was nothing
    to do: it is kept all the same, for what was said before it may come after it, and
    what needs no trial may need some once the base has moved.
    """

    command: Command
    sha: str | None
    idle: Refused | None = None


def is_question(command: Command) -> bool:
    """Whether it wants an answer and changes nothing."""
    match command:
        case Why() | Status() | Help() | Baseline(refresh=False):
            return True
        case _:
            return False


def needs_person(command: Command) -> bool:
    """Whether not everybody who can comment may give it."""
    return TABLE[command.verb].role is not None


def needs_role(command: Command, *, is_author: bool) -> bool:
    """Whether GitHub has to say what role this person has."""
    allowed = TABLE[command.verb].author and is_author
    return needs_person(command) and not allowed


def named_changes(command: Command) -> tuple[str, ...]:
    """The changes of the branch that it names, as they were typed."""
    match command:
        case Ablate(changes=names) | Split(without=names):
            return names
        case _:
            return ()


def ordered(command: Command, facts: Facts) -> Granted | Refused:
    """What becomes of a command: first whether that person may, then what it is about.

    What is not known is refused.
    """
    may = permit(command.verb, facts.person, facts.terms.rules)
    if isinstance(may, Refused):
        return may
    if is_question(command):
        return Granted(command, facts.heads.now)
    if not facts.open:
        told: Evidence = {"verb": command.verb.value, "merged": int(facts.merged)}
        return Refused(Refusal.CLOSED, told)
    bound = bind(command, facts.heads, _resolved(command, facts.ever))
    if isinstance(bound, Refused):
        return bound
    if bound.sha is None:
        return Refused(Refusal.HEAD_UNKNOWN, {"verb": command.verb.value})
    exact = _exactly(_in_full(command, bound.sha), facts)
    wrong = _misnamed(command, facts) or _vain(command, facts)
    return wrong or Granted(exact, bound.sha, _idle(command, facts))


def _resolved(command: Command, ever: Sequence[str]) -> str | None:
    """The one commit that the SHA in a command stands for; None for none or several."""
    named = named_sha(command)
    found = {one for one in ever if named is not None and one.startswith(named)}
    return found.pop() if len(found) == 1 else None


def _in_full(command: Command, sha: str) -> Command:
    """The command with the whole name of the commit that it names."""
    match command:
        case Run(sha=str()) | Ok():
            return replace(command, sha=sha)
        case Accept(until=UntilCommit()):
            return replace(command, until=UntilCommit(sha))
        case _:
            return command


def _exactly(command: Command, facts: Facts) -> Command:
    """The acceptance of a finding with all of its digest: its id can be another's.

    And a stop of errands alone, where nothing else is there to be stopped.
    """
    match command:
        case Accept(finding=name):
            digests = (one.digest for one in facts.findings if one.id == name)
            return replace(command, digest=next(digests, ""))
        case Cancel():
            return Cancel(errands=facts.stands is not None)
        case _:
            return command


def _misnamed(command: Command, facts: Facts) -> Refused | None:
    """The first thing that it is about and that is not there."""
    match command:
        case Cancel() if facts.stands is not None and not facts.errands:
            return Refused(Refusal.NOTHING_RUNS, {"stands": facts.stands})
        case Accept(finding=name) | Unaccept(finding=name) if name in facts.later:
            return Refused(Refusal.OVERTAKEN, {"finding": name})
        case Accept(finding=name):
            return _not_acceptable(name, facts)
        case Run() | Target():
            return next(_unknown(command, facts.terms), None)
        case Ablate() | Split():
            return next(_no_changes(command, facts.changes), None)
        case _:
            return None


def _vain(command: Command, facts: Facts) -> Refused | None:
    """Why nothing could come of it; kept, it would have the head judged anew."""
    match command:
        case _ if facts.needless:  # said by `_idle`
            return None
        case More() if facts.decided and facts.stands is not None:
            return Refused(Refusal.DECIDED, {"stands": facts.stands})
        case Retry() if facts.lossless and facts.stands is not None:
            return Refused(Refusal.NOTHING_LOST)
        case Ablate() if len(facts.changes.known) == 1:
            return Refused(Refusal.ONE_CHANGE)
        case _:
            return None


def _idle(command: Command, facts: Facts) -> Refused | None:
    """Why there is nothing to do by now; an acceptance may be on its way still."""
    match command:
        case Unaccept(finding=name) if name not in facts.accepted:
            near = nearest(name, sorted(facts.accepted))
            return Refused(Refusal.NOT_ACCEPTED, {"finding": name, "nearest": near})
        case Run() | More() | Retry() | Ablate() if facts.needless:
            return Refused(Refusal.NOT_NEEDED, {"stands": facts.needless})
        case _:
            return None


def _unknown(command: Run | Target, terms: Terms) -> Iterator[Refused]:
    stage = command.stage if isinstance(command, Run) else None
    yield from _strange("mode", command.modes, terms.modes)
    yield from _strange("stage", () if stage is None else (stage,), terms.stages)


def _no_changes(command: Ablate | Split, changes: Named) -> Iterator[Refused]:
    strange = [one for one in named_changes(command) if one in changes.strange]
    yield from _strange("change", tuple(strange), changes.known)


def _strange(
    kind: str, names: tuple[str, ...], known: tuple[str, ...]
) -> Iterator[Refused]:
    """Names that are not there; none where it is not known what is."""
    for typed in names:
        if known and typed not in known:
            evidence: Evidence = {
                "typed": typed,
                "kind": kind,
                "nearest": nearest(typed, known),
                "known": known,
            }
            yield Refused(Refusal.UNKNOWN_NAME, evidence)


def _not_acceptable(name: str, facts: Facts) -> Refused | None:
    """Why a finding cannot be accepted; one that is accepted may be so once more."""
    found = next((one for one in facts.findings if one.id == name), None)
    if found is None:
        near = nearest(name, [one.id for one in facts.findings if liftable(one)])
        return Refused(Refusal.NO_FINDING, {"finding": name, "nearest": near})
    if liftable(found) or name in facts.accepted:
        return None
    why = Refusal.NOT_ACCEPTABLE if holds_up(found) else Refusal.HOLDS_NOTHING
    return Refused(why, {"finding": name})


def holds_up(one: Finding) -> bool:
    """Whether a merge has to wait for it."""
    return one.state in _HOLD_UP


def liftable(one: Finding) -> bool:
    """Whether a person can accept it, so that it does not hold a merge up."""
    return holds_up(one) and accepts({one.digest}, one)
