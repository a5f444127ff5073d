"""What a price list makes of every day, and what another one would change of that.

Each seller says once how the prices of its own rows are read; the pages of the back office that show
a price list, and ask before one is published, are the same for all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Protocol

from django.db.models import Model

from bookings.pricing.lists import DayKind, kind_of
from bookings.pricing.telling import Published
from kernel.places import calendar
from kernel.places.models import DayType, Region
from kernel.web.templatetags.quanyu import money

AHEAD = timedelta(days=365)
"""So far ahead prices are compared at least; farther where a rule of the lists says so."""

FARTHEST = 5 * AHEAD


@dataclass(frozen=True, slots=True)
class Cost:
    """One price of a day: of a class, or of several together; ``fen`` None: in words only."""

    code: str
    name: str
    fen: int | None
    words: str


@dataclass(frozen=True, slots=True)
class DayPrices:
    """What a day costs, by which rules in words, and why nothing is sold (""; it is)."""

    rules: tuple[str, ...]
    costs: tuple[Cost, ...]
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Tariff:
    """A whole price list in the active language. ``always`` are prices of every day."""

    title: str
    region: Region
    on: Callable[[calendar.Day], DayPrices]
    last: date | None = None
    always: tuple[Cost, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one kind without a gap, both ends included."""

    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class Move:
    """One price before and after, in words; ``fen`` is how much dearer it becomes, None where a
    side has no sum."""

    name: str
    before: str
    after: str
    fen: int | None

    @property
    def is_same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Season:
    """Days whose prices change alike; without spans: all days there are.

    ``is_expected``: only if the calendar makes them of this kind, which it has not done so far.
    """

    kind: DayKind
    spans: tuple[Span, ...]
    moves: tuple[Move, ...]
    is_expected: bool = False


class Reader(Protocol):
    """Reads the price list that depends on a row, as it stands in this transaction; None: none does.

    ``lock`` keeps everybody else from changing it until the transaction ends.
    """

    def __call__(self, pk: int, *, lock: bool = False) -> Tariff | None: ...


_readers: dict[type[Model], Reader] = {}


def read_by(model: type[Model], reader: Reader) -> None:
    """Say how the prices that depend on a row of a model are read."""
    _readers[model] = reader


def tariff_of(row: Model, *, lock: bool = False) -> Tariff | None:
    """The prices that depend on a row; None: there are none."""
    return None if row.pk is None else _readers[type(row)](row.pk, lock=lock)


def class_costs(fen: Mapping[str, int], names: Mapping[str, str]) -> Iterator[Cost]:
    """What each class costs, in its order."""
    for code, each in fen.items():
        yield Cost(code, names[code], each, money(each))


def together_costs(rows: Sequence[Published]) -> Iterator[Cost]:
    """What several together cost, or how much less."""
    for row in rows:
        name = f"{row.title}: {row.who}"
        yield Cost(name, name, row.fen, row.less or money(row.fen))


def compare(before: Tariff | None, after: Tariff | None, *, first: date) -> list[Season]:
    """What changes of the prices from ``first`` on; empty where nothing does."""
    known = after or before
    if known is None:
        return []
    always = _moves(*((each.always if each else ()) for each in (before, after)))
    seasons = [] if all(move.is_same for move in always) else [Season(DayKind.ANY, (), always)]
    ends = [each.last for each in (before, after) if each and each.last]
    last = min(max(first + AHEAD, *ends, first), first + FARTHEST)
    days = calendar.days(region_id=known.region.pk, first=first, last=last)
    return [*seasons, *_seasons(before, after, [days[each] for each in sorted(days)])]


@dataclass(slots=True)
class _Alike:
    """Days of one kind with the same prices before and after, as places among all of that kind."""

    kind: DayKind
    moves: tuple[Move, ...]
    is_expected: bool = False
    places: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """What a comparison has found so far."""

    before: Tariff | None
    after: Tariff | None
    dates: dict[tuple[DayKind, bool], list[date]] = field(default_factory=dict)
    alike: dict[tuple[object, ...], _Alike] = field(default_factory=dict)

    def look_at(self, day: calendar.Day, *, is_expected: bool = False) -> None:
        """Compare a day; what is only expected is told where nothing else has told of those prices."""
        kind = kind_of(day.day_type)
        dates = self.dates.setdefault((kind, is_expected), [])
        dates.append(day.date)
        old, new = (each.on(day).costs if each else () for each in (self.before, self.after))
        is_told = is_expected and any(key[2:] == (old, new) for key in self.alike if not key[1])
        if _sums(old) != _sums(new) and not is_told:
            made = _Alike(kind, _moves(old, new), is_expected)
            alike = self.alike.setdefault((kind, is_expected, old, new), made)
            alike.places.append(len(dates) - 1)

    def seasons(self) -> Iterator[Season]:
        for alike in self.alike.values():
            dates = self.dates[alike.kind, alike.is_expected]
            spans = tuple(_spans(alike.places, dates))
            yield Season(alike.kind, spans, alike.moves, alike.is_expected)


def _seasons(
    before: Tariff | None, after: Tariff | None, days: Sequence[calendar.Day]
) -> Iterator[Season]:
    """By kind of day; then what holidays would change that no calendar names yet."""
    found = _Found(before, after)
    for day in days:
        found.look_at(day)
    for day in days:
        if day.day_type is not DayType.HOLIDAY:
            found.look_at(replace(day, day_type=DayType.HOLIDAY), is_expected=True)
    return found.seasons()


def _sums(costs: Sequence[Cost]) -> dict[str, str]:
    """The prices without what they are called: another name is not another price."""
    return {cost.code: cost.words for cost in costs}


def _spans(places: Sequence[int], dates: Sequence[date]) -> Iterator[Span]:
    """Neighbours stay together: places that grow as fast as they are counted."""
    for _start, run in groupby(enumerate(places), lambda each: each[1] - each[0]):
        found = [dates[place] for _number, place in run]
        yield Span(found[0], found[-1], len(found))


def _moves(before: Sequence[Cost], after: Sequence[Cost]) -> tuple[Move, ...]:
    old, new = ({cost.code: cost for cost in costs} for costs in (before, after))
    return tuple(_move(old.get(code), new.get(code)) for code in {**new, **old})


def _move(old: Cost | None, new: Cost | None) -> Move:
    named = new or old
    assert named is not None, "a price that was, or is to be"
    fen = None
    if old and new and old.fen is not None and new.fen is not None:
        fen = new.fen - old.fen
    return Move(named.name, old.words if old else "", new.words if new else "", fen)


def fingerprint(seasons: Sequence[Season]) -> str:
    """What was shown, in short: the same only for the same change in the same words."""
    return hashlib.sha256(repr(seasons).encode()).hexdigest()
