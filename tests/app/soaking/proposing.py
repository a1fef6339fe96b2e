"""What people do with branches and pull requests, as far as GitHub lets them."""

import random

from tests.app.soaking.city import GATED, MAIN, NEXT, RULES, SIDE, City, House
from tests.app.soaking.oracle import changes, harm, verdict
from tests.app.stage import POLICY
from tests.fakegithub.changes import Refused
from tests.fakegithub.records import Pull

EFFECTS = ("0.0", "0.0", "0.0", "-0.01", "0.2", "0.2", "0.4", "crash")
BASES = {MAIN: 75, NEXT: 15, SIDE: 10}


class WrongError(AssertionError):
    """Something happened that must never happen, at once."""


def one_of(pulls: list[Pull], draw: random.Random) -> Pull:
    if not pulls:
        raise Refused("there is no such pull request")
    return draw.choice(pulls)


def opens(city: City, house: House, draw: random.Random) -> str:
    branch, effect = house.fresh("idea"), draw.choice(EFFECTS)
    base = draw.choices(list(BASES), list(BASES.values()))[0]
    files = {f"effects/{branch}": f"{effect}\n"}
    city.bob.pushes(house.repository, branch, files, base=base)
    steps = 1
    if draw.random() < 0.3:  # several changes, to be told apart
        more = {f"effects/{branch}-more": "0.0\n"}
        city.bob.pushes(house.repository, branch, more)
        steps = 2
    draft = draw.random() < 0.15
    pull = city.bob.opens_pull(house.repository, branch, base, draft=draft)
    return f"#{pull.number} {effect} onto {base}, {steps} steps, draft {draft}"


def opens_twice(city: City, house: House, draw: random.Random) -> str:
    """One branch onto two bases: one commit, one check run, two that it speaks for."""
    gated = [one for one in mine(house) if one.base.ref in GATED]
    first = one_of(gated, draw)
    base = NEXT if first.base.ref == MAIN else MAIN
    pull = city.bob.opens_pull(house.repository, first.head.ref, base)
    return f"#{pull.number} of #{first.number} onto {base}"


def opens_other(city: City, house: House, draw: random.Random) -> str:
    """Documents alone, a file that others change too, or the policy."""
    branch = house.fresh("other")
    files = draw.choice(
        (
            {"README.md": f"{branch}\n"},
            {"shared.txt": f"{branch}\n"},
            {POLICY: RULES.replace("0.05", "0.5")},
        )
    )
    city.bob.pushes(house.repository, branch, files)
    pull = city.bob.opens_pull(house.repository, branch)
    return f"#{pull.number} {list(files)}"


def forks(city: City, house: House, draw: random.Random) -> str:
    """A stranger proposes from a fork."""
    fork = city.eve.forks(house.repository)
    branch = house.fresh("strange")
    city.eve.pushes(fork, branch, {f"effects/{branch}": "0.0\n"})
    pull = city.eve.opens_pull(house.repository, branch, source=fork)
    return f"#{pull.number}"


def pushes(city: City, house: House, draw: random.Random) -> str:
    pull, effect = own(house, draw), draw.choice(EFFECTS)
    files, ref = {f"effects/{pull.head.ref}": f"{effect}\n"}, pull.base.ref
    if draw.random() < 0.4:
        sha = city.bob.force_pushes(house.repository, pull.head.ref, files, base=ref)
    else:
        sha = city.bob.pushes(house.repository, pull.head.ref, files)
    return f"#{pull.number} {effect} {sha[:7]}"


def own(house: House, draw: random.Random) -> Pull:
    """One whose branch is in the repository itself."""
    return one_of(mine(house), draw)


def mine(house: House) -> list[Pull]:
    here = house.repository.id
    return [one for one in house.pulls() if one.head.repository_id == here]


def moves_base(city: City, house: House, draw: random.Random) -> str:
    """Somebody pushes to a base itself, as owners may."""
    name = house.fresh("base")
    files = draw.choice(
        (
            {"README.md": f"{name}\n"},
            {f"effects/{name}": "0.0\n"},
            {"shared.txt": f"{name}\n"},
        )
    )
    base = draw.choice((MAIN, MAIN, NEXT))
    house.owner.pushes(house.repository, base, files)
    return f"{base} {list(files)}"


def retargets(city: City, house: House, draw: random.Random) -> str:
    """To any other base; the branch is rebased at once, or stays as it is."""
    pull = own(house, draw)
    base = draw.choice([one for one in BASES if one != pull.base.ref])
    city.bob.retargets(house.repository, pull, base)
    rebased = draw.random() < 0.5
    if rebased:
        city.bob.rebases(house.repository, pull.head.ref, base)
    return f"#{pull.number} to {base}, rebased {rebased}"


def drafts(city: City, house: House, draw: random.Random) -> str:
    pull = one_of(house.pulls(), draw)
    change = city.bob.readies if pull.draft else city.bob.drafts
    change(house.repository, pull)
    return f"#{pull.number} draft {pull.draft}"


def closes(city: City, house: House, draw: random.Random) -> str:
    pull = one_of(house.pulls(), draw)
    city.bob.closes(house.repository, pull)
    return f"#{pull.number}"


def reopens(city: City, house: House, draw: random.Random) -> str:
    gone = [one for one in house.pulls("closed") if one.merged_at is None]
    pull = one_of(gone, draw)
    city.bob.reopens(house.repository, pull)
    return f"#{pull.number}"


def merges(city: City, house: House, draw: random.Random) -> str:
    """Presses the button; it must not work unless the oracle says so too."""
    for pull in draw.sample(house.pulls(), len(house.pulls())):
        expected, changed = verdict(city, house, pull), changes(city, house, pull)
        sharing = [one for one in house.pulls() if one.head.sha == pull.head.sha]
        try:
            city.bob.merges(house.repository, pull, draw.choice(("merge", "squash")))
        except Refused:
            continue
        # Of one that was just opened the commit's check run may not speak yet.
        borne = any(harm(changed) in house.borne.get(p.number, ()) for p in sharing)
        if pull.base.ref in GATED and expected != "success" and not borne:
            raise WrongError(f"#{pull.number} was merged and is {expected}")
        return f"#{pull.number} onto {pull.base.ref}"
    raise Refused("nothing could be merged")


def queues(city: City, house: House, draw: random.Random) -> str:
    """Sends what may land to the queue; who looks after it checks what lands."""
    if not house.queued:
        raise Refused("there is no queue")
    sent = list[int]()
    for pull in draw.sample(house.pulls(), len(house.pulls())):
        try:
            city.bob.queues(house.repository, pull)
        except Refused:
            continue
        sent.append(pull.number)
    return f"{sent}"


def dequeues(city: City, house: House, draw: random.Random) -> str:
    waiting = [one for one in house.repository.queue if one.destroyed is None]
    if not waiting:
        raise Refused("nothing is in the queue")
    pull = house.repository.pulls[draw.choice(waiting).pull_numbers[0]]
    city.bob.dequeues(house.repository, pull)
    return f"#{pull.number}"
