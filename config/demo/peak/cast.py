"""Who comes on the busiest day that the mountain's records know, and when: worked out from a seed.

48,306 people came on 10 February 2016, the third day of the Spring Festival. The day is played on the
same day of the festival of 2026, so that prices, hours and cableways are those of its season.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from config.demo.arrivals import GATE_SHARES
from config.demo.people import SEQUENCES, born_on

VISITORS = 48_306
DAY = date(2026, 2, 19)
WALK_INS = 0.1
"""So many come without a ticket: the share that is kept for the counter."""
NO_SHOWS, GIVE_BACK = 0.02, 0.06
SIZES = ((1, 10), (2, 35), (3, 25), (4, 20), (5, 10))
"""People of a party, and the weight of such parties. A guess: no record tells it."""
GATES = (("yungusi", 1900), ("ciguangge", 2400), ("songgu", 600), ("east", 2100))
"""Gates, and how many an hour the cableway above each carries: people go where they are carried."""
_NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
"""A name is made of letters."""


@dataclass(frozen=True, slots=True)
class Class:
    """Visitors of one age: what share of all, born between which years."""

    name: str
    weight: int
    first_year: int
    last_year: int


CLASSES = (
    Class("adult", 70, 1968, 2006),
    Class("minor", 12, 2009, 2018),
    Class("child", 5, 2020, 2025),
    Class("senior", 8, 1962, 1965),
    Class("elder", 5, 1936, 1960),
)
"""A guess as well; the years keep a year's distance from the limits of the rules."""


@dataclass(slots=True)
class Visitor:
    """One person with a valid number of nobody."""

    name: str
    document: str
    kind: Class


@dataclass(slots=True)
class Group:
    """People who come together. ``fate``: "comes", "no show", "gives back" or "walks in"."""

    number: int
    people: list[Visitor]
    arrives_at: datetime
    gate: str
    fate: str
    dice: random.Random = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.people)


class Cast:
    """Draws people whose numbers all differ."""

    def __init__(self, scale: float, seed: int, dawn: datetime) -> None:
        self.number = round(VISITORS * scale)
        self.dice, self.dawn = random.Random(seed), dawn
        self.drawn = {each.name: 0 for each in CLASSES}

    def groups(self) -> list[Group]:
        """Everybody, by their arrival."""
        return sorted(self._groups(), key=lambda group: group.arrives_at)

    def _groups(self) -> Iterator[Group]:
        left, number = self.number, 0
        while left:
            number += 1
            size = min(left, self._of(SIZES))
            left -= size
            yield Group(
                number=number,
                people=[self._visitor(is_first=not place) for place in range(size)],
                arrives_at=self._moment(),
                gate=self._of(GATES),
                fate=self._fate(),
                dice=random.Random(self.dice.random()),
            )

    def _visitor(self, *, is_first: bool) -> Visitor:
        """The first of a party is an adult: nobody sends a child alone."""
        weights = [each.weight for each in CLASSES]
        kind = CLASSES[0] if is_first else self.dice.choices(CLASSES, weights)[0]
        serial = self.drawn[kind.name]
        self.drawn[kind.name] += 1
        day = date(kind.first_year, 1, 1) + timedelta(days=serial // SEQUENCES)
        if day.year > kind.last_year:
            raise ValueError(f"there are not so many numbers for {kind.name}s")
        return Visitor(f"测试{serial}".translate(_NUMERALS), born_on(day, serial), kind)

    def _moment(self) -> datetime:
        hour = self.dice.choices(list(GATE_SHARES), list(GATE_SHARES.values()))[0]
        return self.dawn.replace(hour=hour) + timedelta(hours=self.dice.random())

    def _fate(self) -> str:
        drawn = self.dice.random()
        for fate, share in (
            ("walks in", WALK_INS),
            ("no show", NO_SHOWS),
            ("gives back", GIVE_BACK),
        ):
            if drawn < share:
                return fate
            drawn -= share
        return "comes"

    def _of(self, weighted: tuple[tuple[Any, int], ...]) -> Any:
        return self.dice.choices([one for one, _w in weighted], [w for _one, w in weighted])[0]
