"""Taxis for everybody who waits, all at once: the least sum of seconds until the cars are there.

Answering one by one gives the nearest car to whoever asks first; where cars are about as many as
people, that leaves the last ones with cars far away. Every few seconds a batch is matched instead:
as many people as possible get a car, and of all ways to do that the one of the least seconds.

The graph is sparse and stays so: each side begins with its nearest few on the other. The prices of
the cheapest matching then say which pairs that were left out could make it cheaper, and only those
are added, until no pair of the whole batch could (column generation). What comes out is therefore
the optimum of the dense problem, or proven to be ``within`` of it, and a person left over is left
over in every matching of that size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from transport.dispatch.solver import underpriced
from transport.dispatch.solver.assignment import assign
from transport.dispatch.solver.underpriced import Cells

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NEAREST = 32
"""How many of the other side each begins with."""

_LONGEST_S = 7 * 24 * 3600


class Left(StrEnum):
    """Why somebody gets no car."""

    NONE_FITS = "NONE_FITS"
    """No car of the batch has the class, skills or seats."""
    TOO_FAR = "TOO_FAR"
    """No car that fits is near enough."""
    OUTNUMBERED = "OUTNUMBERED"
    """All cars that fit are with others; no other matching serves more people."""


@dataclass(frozen=True, slots=True)
class Batch:
    """People who wait and cars that are free, on a plane.

    ``people_m`` and ``cars_m`` are (n, 2) in metres. ``wants`` and ``offers`` say what each person needs
    and each car is (any hashable: class, seats, skills); ``fits(want, offer)`` decides once a pair of
    them. ``seconds(people, cars)`` gives the whole seconds from now until car cars[i] is at person
    people[i] for arrays of indexes, and is at least ``least_s_per_m`` times the metres between them
    (straight, or along both axes where ``norm`` is 1). Nobody gets a car later than ``most_s``.
    """

    people_m: Floats
    cars_m: Floats
    wants: Sequence[Hashable]
    offers: Sequence[Hashable]
    fits: Callable[[Hashable, Hashable], bool]
    seconds: Callable[[Ints, Ints], Ints]
    least_s_per_m: float
    most_s: int = _LONGEST_S
    norm: int = 2

    def __post_init__(self) -> None:
        """:raises ValueError: naming the field that cannot be."""
        for name, points, marks in (
            ("people_m", self.people_m, self.wants),
            ("cars_m", self.cars_m, self.offers),
        ):
            if points.ndim != 2 or points.shape[1:] != (2,) or len(points) != len(marks):
                raise ValueError(f"{name}: one row of two metres for each of {len(marks)}")
            if not np.isfinite(points).all():
                raise ValueError(f"{name}: not a number of metres")
        if not self.least_s_per_m > 0 or not math.isfinite(self.least_s_per_m):
            raise ValueError("least_s_per_m: more than 0 seconds a metre")
        if not 0 <= self.most_s <= _LONGEST_S:
            raise ValueError(f"most_s: from 0 to {_LONGEST_S} seconds")
        if self.norm not in (1, 2):
            raise ValueError("norm: 1 (along both axes) or 2 (straight)")


@dataclass(frozen=True, slots=True)
class Matching:
    """``car_of`` each person (-1: none), all seconds together, and what nothing can be below.

    ``least_s`` is a proven lower bound of the seconds of any matching of as many people.
    """

    car_of: Ints
    total_s: int
    least_s: int
    left: dict[int, Left]


@dataclass(slots=True)
class _Rows:
    """The smaller side of a batch looking at the larger: the pairs taken so far."""

    batch: Batch
    swapped: bool
    groups: list[tuple[Ints, Cells]]
    """(rows of one mark, the columns that fit them by place)."""
    here_m: Floats
    columns: int
    row: Ints
    column: Ints
    cost: Ints
    known: tuple[Ints, Ints] | None = None

    def seconds(self, rows: Ints, columns: Ints) -> Ints:
        pair = (columns, rows) if self.swapped else (rows, columns)
        return np.asarray(self.batch.seconds(*pair), np.int64)

    def add(self, rows: Ints, columns: Ints, cost: Ints) -> None:
        near = cost <= self.batch.most_s
        self.row = np.concatenate([self.row, rows[near]])
        self.column = np.concatenate([self.column, columns[near]])
        self.cost = np.concatenate([self.cost, cost[near]])

    def cheapest(self) -> tuple[Ints, Ints, Ints]:
        """(column of each row or -1, what each row pays, the price of each column)."""
        order = np.argsort(self.row, kind="stable")
        rows, columns, cost = self.row[order], self.column[order], self.cost[order]
        first = np.searchsorted(rows, np.arange(len(self.here_m) + 1)).astype(np.int64)
        alone = 2 * (self.batch.most_s + 1) * (len(self.here_m) + 1)
        matched, price = assign(
            first, columns, cost, columns=self.columns, alone=alone, known=self.known
        )
        self.known = matched, price
        pays = np.full(len(self.here_m), alone, np.int64)
        used = matched[rows] == columns
        pays[rows[used]] = cost[used] - price[columns[used]]
        return matched, pays, price

    def missing(self, pays: Ints, price: Ints) -> int:
        """Add all pairs that would be cheaper than these prices; by how much the sum could fall."""
        could_save = np.zeros(len(self.here_m), np.int64)
        for members, there in self.groups:
            rows, columns = underpriced.find(
                members, self.here_m, there, pays, price,
                least_s_per_m=self.batch.least_s_per_m,
                most_s=self.batch.most_s,
                norm=self.batch.norm,
            )  # fmt: skip
            cost = self.seconds(rows, columns)
            gain = pays[rows] + price[columns] - cost
            better = (gain > 0) & (cost <= self.batch.most_s)
            self.add(rows[better], columns[better], cost[better])
            np.maximum.at(could_save, rows[better], gain[better])
        return int(could_save.sum())


def match(batch: Batch, *, within: float = 0.0) -> Matching:
    """As many people as possible with a car, in the least seconds, or proven to be ``within`` of it.

    ``within`` is a share of the seconds (0.01: at most 1 % more than the least). Deterministic.
    """
    people, cars = len(batch.people_m), len(batch.cars_m)
    if not people or not cars:
        none = np.full(people, -1, np.int64)
        return Matching(none, 0, 0, dict.fromkeys(range(people), Left.NONE_FITS))
    rows = _rows(batch, swapped=cars < people)
    while True:
        matched, pays, price = rows.cheapest()
        total = _total(rows, matched)
        could_save = rows.missing(pays, price)
        if could_save <= within * total:
            break
    car_of = _turned(matched, people) if rows.swapped else matched
    left = {int(i): _why(batch, int(i)) for i in np.flatnonzero(car_of < 0)}
    return Matching(car_of, total, total - could_save, left)


def _rows(batch: Batch, *, swapped: bool) -> _Rows:
    """The smaller side with its nearest of the other."""
    here_m, there_m = batch.people_m, batch.cars_m
    mine, theirs = batch.wants, batch.offers
    if swapped:
        here_m, there_m, mine, theirs = there_m, here_m, theirs, mine
    none = np.empty(0, np.int64)
    rows = _Rows(batch, swapped, [], here_m, len(there_m), none, none, none)
    for mark, members in _by_mark(mine).items():
        fitting = [
            others
            for other, others in _by_mark(theirs).items()
            if (batch.fits(other, mark) if swapped else batch.fits(mark, other))
        ]
        if not fitting:
            continue
        columns = np.sort(np.concatenate(fitting))
        rows.groups.append((members, underpriced.cells(columns, there_m[columns])))
        _begin(rows, members, columns, KDTree(there_m[columns]))
    return rows


def _begin(rows: _Rows, members: Ints, columns: Ints, tree: KDTree) -> None:
    nearest = min(NEAREST, len(columns))
    _metres, found = tree.query(rows.here_m[members], k=[*range(1, nearest + 1)], p=rows.batch.norm)
    some, others = np.repeat(members, nearest), columns[np.asarray(found).ravel()]
    rows.add(some, others, rows.seconds(some, others))


def _by_mark(marks: Sequence[Hashable]) -> dict[Hashable, Ints]:
    found: dict[Hashable, list[int]] = {}
    for number, mark in enumerate(marks):
        found.setdefault(mark, []).append(number)
    return {mark: np.array(numbers, np.int64) for mark, numbers in found.items()}


def _total(rows: _Rows, matched: Ints) -> int:
    some = np.flatnonzero(matched >= 0)
    return int(rows.seconds(some, matched[some]).sum())


def _turned(person_of: Ints, people: int) -> Ints:
    car_of = np.full(people, -1, np.int64)
    cars = np.flatnonzero(person_of >= 0)
    car_of[person_of[cars]] = cars
    return car_of


def _why(batch: Batch, person: int) -> Left:
    want = batch.wants[person]
    fit = {offer: batch.fits(want, offer) for offer in set(batch.offers)}
    cars = np.array([n for n, offer in enumerate(batch.offers) if fit[offer]], np.int64)
    if not len(cars):
        return Left.NONE_FITS
    seconds = batch.seconds(np.full(len(cars), person, np.int64), cars)
    return Left.TOO_FAR if int(np.min(seconds)) > batch.most_s else Left.OUTNUMBERED
