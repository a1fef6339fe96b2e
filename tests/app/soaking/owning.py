"""What owners do: the App is kept out for a while, and what it knows is renamed."""

import random

from tests.app.soaking.city import City, House
from tests.fakegithub.changes import Refused


def keeps_out(city: City, house: House, draw: random.Random) -> str:
    """The App is suspended, or may not see the repository any more.

    Not where there is a merge queue: GitHub never tells again of groups of that time,
    which then wait for the end of theirs.
    """
    if house.queued or _is_out(house):
        raise Refused("it stays as it is")
    if draw.random() < 0.5:
        house.owner.suspends(house.installation)
        return "suspended"
    house.owner.chooses(house.installation, removed=[house.repository])
    return "not chosen any more"


def lets_in(city: City, house: House, draw: random.Random) -> str:
    """Everything is as it was."""
    if not _is_out(house):
        raise Refused("nothing is kept out")
    let_in(house)
    return "again"


def let_in(house: House) -> None:
    """The App may do all that it could at first."""
    if house.installation.suspended_at is not None:
        house.owner.unsuspends(house.installation)
    if house.repository.id not in house.installation.repository_ids:
        house.owner.chooses(house.installation, added=[house.repository])


def renames(city: City, house: House, draw: random.Random) -> str:
    """The repository has another name from here on; its number stays."""
    was, name = house.repository.name, house.fresh(house.owner.login)
    house.owner.renames(house.repository, name)
    return f"{was} is {name}"


def _is_out(house: House) -> bool:
    suspended = house.installation.suspended_at is not None
    return suspended or house.repository.id not in house.installation.repository_ids
