"""How likely it is that somebody who waits is served: learnt from those who have waited. Pure.

What is looked at, and why it is honest: docs/algorithms/odds.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from math import exp, log, log1p
from typing import Any

LEAST_LOOKS = 200
"""Of fewer looks nothing is said."""

LEAST_OF_A_KIND = 20
"""Of each outcome at least so many looks are needed."""

_ROUNDS, _RIDGE, _CLOSE = 30, 1e-3, 1e-6
_LEAST_BLOCK, _BLOCKS = 25, 40
_ROUND_TO = 5


@dataclass(frozen=True, slots=True)
class Time:
    """One time that would do: people before the party in its line, its capacity, days until it begins."""

    ahead: int
    capacity: int
    days: float


@dataclass(frozen=True, slots=True)
class Look:
    """A party at some moment of its waiting."""

    size: int
    times: tuple[Time, ...]

    @property
    def signs(self) -> tuple[float, ...]:
        """Numbers of which each speaks for the party the more, the larger it is.

        How far returns must reach is all the people before it and itself to the capacity, over all
        times that would do; then days to go, how small it is, how many times.
        """
        reach = sum(max(one.capacity, 1) / (one.ahead + self.size) for one in self.times)
        days = max(one.days for one in self.times)
        return log(reach), log1p(max(days, 0.0)), -log(self.size), log(len(self.times))


@dataclass(frozen=True, slots=True)
class Odds:
    """What was learnt. ``weights`` of the signs, none below zero; ``steps``: [score, share served]."""

    weights: tuple[float, ...]
    steps: tuple[tuple[float, float], ...]

    def of(self, look: Look) -> float:
        """The chance, from 0 to 1. Never less for a better rank, nor for one more time that would do."""
        score = _score(self.weights, look.signs)
        place = bisect_right(self.steps, score, key=lambda step: step[0])
        if place in (0, len(self.steps)):
            return self.steps[min(place, len(self.steps) - 1)][1]
        (low, first), (high, second) = self.steps[place - 1], self.steps[place]
        return first + (second - first) * (score - low) / (high - low)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Odds:
        steps = tuple((float(score), float(share)) for score, share in kept["steps"])
        return cls(tuple(map(float, kept["weights"])), steps)


def learn(history: Sequence[tuple[Look, bool]]) -> Odds | None:
    """From looks and whether the party was served after them; None: there is too little to say anything."""
    won = sum(served for _look, served in history)
    if len(history) < LEAST_LOOKS or min(won, len(history) - won) < LEAST_OF_A_KIND:
        return None
    signs = [look.signs for look, _served in history]
    outcomes = [float(served) for _look, served in history]
    weights = _weigh(signs, outcomes)
    scores = [_score(weights, each) for each in signs]
    return Odds(weights, _steps(sorted(zip(scores, outcomes, strict=True))))


def percent(chance: float) -> int:
    """As it is shown: by fives, never as a promise, nor as no hope."""
    return min(max(_ROUND_TO * round(100 * chance / _ROUND_TO), _ROUND_TO), 100 - _ROUND_TO)


def _score(weights: Sequence[float], signs: Sequence[float]) -> float:
    return sum(weight * sign for weight, sign in zip(weights, signs, strict=True))


def _weigh(signs: Sequence[Sequence[float]], outcomes: Sequence[float]) -> tuple[float, ...]:
    """Logistic regression by Newton's method; a sign that would speak against the party is left out."""
    number = len(signs[0])
    chosen = list(range(number))
    while chosen:
        rows = [[1.0, *(row[n] for n in chosen)] for row in signs]
        _base, *found = _newton(rows, outcomes)
        if min(found) >= 0:
            return tuple(found[chosen.index(n)] if n in chosen else 0.0 for n in range(number))
        chosen.pop(found.index(min(found)))
    return (1.0, *[0.0] * (number - 1))


def _newton(rows: Sequence[Sequence[float]], outcomes: Sequence[float]) -> list[float]:
    size = len(rows[0])
    weights = [0.0] * size
    for _round in range(_ROUNDS):
        slope = [-_RIDGE * weight for weight in weights]
        curve = [[_RIDGE * (a == b) for b in range(size)] for a in range(size)]
        for row, outcome in zip(rows, outcomes, strict=True):
            chance = _logistic(_score(weights, row))
            spread, off = chance * (1 - chance), outcome - chance
            for a, value in enumerate(row):
                slope[a] += off * value
                for b in range(a + 1):
                    curve[a][b] += spread * value * row[b]
        for a in range(size):
            for b in range(a):
                curve[b][a] = curve[a][b]
        step = _solve(curve, slope)
        weights = [weight + move for weight, move in zip(weights, step, strict=True)]
        if max(map(abs, step)) < _CLOSE:
            break
    return weights


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-max(min(score, 30.0), -30.0)))


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Gauss with the largest pivot; the ridge keeps it regular."""
    rows = [[*row, end] for row, end in zip(matrix, right, strict=True)]
    size = len(rows)
    for n in range(size):
        best = max(range(n, size), key=lambda place: abs(rows[place][n]))
        rows[n], rows[best] = rows[best], rows[n]
        for other in range(size):
            if other != n:
                factor = rows[other][n] / rows[n][n]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[n], strict=True)]
    return [row[size] / row[n] for n, row in enumerate(rows)]


def _steps(pairs: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The share that was served by score, never falling: isotonic regression over blocks of looks."""
    least = max(_LEAST_BLOCK, len(pairs) // _BLOCKS)
    blocks: list[tuple[int, float, float]] = []
    for first in range(0, len(pairs), least):
        part = pairs[first : first + least]
        block = len(part), sum(score for score, _won in part), sum(won for _score, won in part)
        while blocks and blocks[-1][2] * block[0] >= block[2] * blocks[-1][0]:
            count, scores, won = blocks.pop()
            block = count + block[0], scores + block[1], won + block[2]
        blocks.append(block)
    shares = accumulate(((won + 0.5) / (count + 1) for count, _scores, won in blocks), max)
    means = [scores / count for count, scores, _won in blocks]
    return tuple(dict(zip(means, shares, strict=True)).items())
