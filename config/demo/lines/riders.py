"""Who rides on the day of the lines, from where to where: drawn from a seed over all lines of the region."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.demo import at_once
from config.demo.browser import Browser, Timings
from config.demo.members import sign_up
from config.demo.people import document_number
from kernel.places.models import Region
from transport.lines import queries

SIZES = (1, 2, 2, 3, 4)
FATES = (("rides", 84), ("gives back", 8), ("changes", 5), ("stays at home", 3))
_FIRST_PHONE = 1_000
"""The lower ones belong to the demonstration accounts."""
_NAMES = "甲乙丙丁戊"


@dataclass(frozen=True, slots=True)
class Wish:
    """A ride as somebody thinks of it: the line's short name, and the names of two stops."""

    line: str
    start: str
    end: str


@dataclass
class Riders:
    """Some people who ride together, in one browser. ``end``: why they did not come to the bus."""

    number: int
    wish: Wish
    people: tuple[int, ...]
    browser: Browser
    fate: str
    dice: random.Random = field(repr=False)
    ref: str = ""
    order: str = ""
    waits_in: int = 0
    end: str = ""

    @property
    def size(self) -> int:
        return len(self.people)

    @property
    def run_id(self) -> int:
        """The run of the ride they have chosen."""
        return int(self.ref.split(":")[0])


def wishes_of(region: Region) -> list[list[Wish]]:
    """For each line on which seats are sold, every ride that can be had of it."""
    found = []
    for line in queries.bookable_lines(region).order_by("slug"):
        rides = [
            Wish(line.slug, stops[board].place.name_zh, stops[alight].place.name_zh)
            for stops in queries.stops_of_lines([line.pk]).values()
            for board in range(len(stops) - 1)
            for alight in range(board + 1, len(stops))
        ]
        found.append(rides)
    return found


def gather(
    wishes: Sequence[Wish], *, url: str, timings: Timings, seed: int, at: datetime,
    first: int = 0, size: int = 0, fate: str = "",
) -> list[Riders]:  # fmt: skip
    """People for these wishes, all signed in; ``size`` and ``fate`` are drawn where they are not said."""
    dice = [random.Random(seed * 100_000 + first + n) for n in range(len(wishes))]
    sizes = [size or each.choice(SIZES) for each in dice]
    books = [
        [
            (f"测试{_NAMES[place]}", document_number((first + n) * 5 + place))
            for place in range(count)
        ]
        for n, count in enumerate(sizes)
    ]
    members = sign_up(books, at=at, first=_FIRST_PHONE + first)
    return [
        Riders(
            number=first + n,
            wish=wish,
            people=member.traveller_ids,
            browser=at_once.browser_of(member, url, timings),
            fate=fate or _fate(each),
            dice=each,
        )
        for n, (wish, member, each) in enumerate(zip(wishes, members, dice, strict=True))
    ]


def _fate(dice: random.Random) -> str:
    return dice.choices([name for name, _n in FATES], [n for _name, n in FATES])[0]
