"""The odds shown to those who wait, against what happened: on 1,000 holidays that were made up.

The holidays know nothing of the estimator: places are given back when people change their minds,
weather moves all of a day at once, agencies give back theirs the evening before, parties come, leave
and do not pay. Odds are learnt from the past only and asked of later holidays. Needs no database:
``python -m bench.odds`` prints the table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bookings.waitlist import odds
from bookings.waitlist.odds import Look, Odds, Time

HOLIDAYS, SEED = 1_000, 20_271_001
_AGAIN, _FIRST = 100, 200
"""Learnt anew after so many holidays; shown from the first on that has so many before it."""

_MOST_LOOKS = 6_000
_KEPT_DAYS = 20 / 1440
_EVENING_BEFORE = 1 - 18 / 24 + 9 / 24
"""18:00 of the day before an entry at 09:00, in days."""


@dataclass(slots=True)
class Party:
    """Who waits: from when on (days before), how many, for which times, until when it has patience."""

    number: int
    joined: float
    size: int
    wishes: tuple[int, ...]
    leaves: float
    served: bool = False
    gone: float = 0.0
    looks: list[Look] = field(default_factory=list)

    def waits(self, when: float) -> bool:
        return self.joined >= when > self.gone


@dataclass(slots=True)
class Holiday:
    """A day of a place that is sold out: its times by capacity, and everybody who comes to wait."""

    chance: Random
    capacity: list[int]
    parties: list[Party]
    kept: list[list[float]]

    def run(self) -> list[tuple[Look, bool]]:
        """All looks of those who stayed to the end, and whether they were served later."""
        events = sorted([*self._returns(), *self._looks()], reverse=True, key=lambda e: e[0])
        while events:
            when, what, number, units = events.pop(0)
            if what == "look":
                self._look(self.parties[number], when)
            else:
                self.kept[number] += [when] * units
                again = self._serve(when)
                events = sorted([*events, *again], reverse=True, key=lambda e: e[0])
        return [
            (look, party.served)
            for party in self.parties
            if party.served or party.leaves <= 0
            for look in party.looks
        ]

    def _returns(self) -> Iterator[tuple[float, str, int, int]]:
        """Places given back one family after the other, and what agencies have not sold."""
        mood = 0.07 * self.chance.lognormvariate(0, 0.45)
        has_agencies = self.chance.random() < 0.5
        for number, capacity in enumerate(self.capacity):
            left = capacity
            while left > 0:
                units = min(left, self.chance.choices((1, 2, 3, 4), (25, 45, 18, 12))[0])
                left -= units
                if self.chance.random() < mood:
                    yield 12 * self.chance.random() ** 2, "return", number, units
            if has_agencies:
                units = self.chance.randint(0, capacity // 12)
                if units:
                    yield _EVENING_BEFORE, "return", number, units

    def _looks(self) -> Iterator[tuple[float, str, int, int]]:
        for party in self.parties:
            yield party.joined - 1e-6, "look", party.number, 0
            yield party.joined * self.chance.random(), "look", party.number, 0

    def _look(self, party: Party, when: float) -> None:
        if party.waits(when) and party.leaves < when:
            times = tuple(
                Time(self._ahead(party, wish, when), self.capacity[wish], when + 0.05 * wish)
                for wish in party.wishes
            )
            party.looks.append(Look(party.size, times))

    def _ahead(self, party: Party, wish: int, when: float) -> int:
        return sum(
            other.size
            for other in self.parties[: party.number]
            if wish in other.wishes and other.waits(when) and other.leaves < when
        )

    def _serve(self, when: float) -> list[tuple[float, str, int, int]]:
        """Whole parties by rank; one in ten does not pay and gives it back twenty minutes later."""
        again = []
        for places in self.kept:
            places[:] = [since for since in places if since - when < _KEPT_DAYS]
        for party in self.parties:
            if not party.waits(when) or party.leaves >= when:
                continue
            wish = next((w for w in party.wishes if len(self.kept[w]) >= party.size), None)
            if wish is not None:
                del self.kept[wish][: party.size]
                party.served, party.gone = True, when
                if self.chance.random() < 0.1:
                    again.append((when - _KEPT_DAYS, "return", wish, party.size))
        return again


def holiday(seed: int, number: int) -> Holiday:
    """One that is the same whenever it is made."""
    chance = Random(f"{seed}:{number}")  # noqa: S311 - made up again from its seed
    capacity = [chance.randint(30, 160) for _time in range(chance.randint(3, 8))]
    crowd = round(chance.lognormvariate(3.6, 0.6))
    joined = sorted((14 * chance.random() ** 1.3 for _party in range(crowd)), reverse=True)
    return Holiday(
        chance,
        capacity,
        [_party(chance, n, when, len(capacity)) for n, when in enumerate(joined)],
        [[] for _time in capacity],
    )


def _party(chance: Random, number: int, joined: float, times: int) -> Party:
    size = chance.choices((1, 2, 3, 4, 5), (18, 42, 20, 15, 5))[0]
    first = chance.randrange(times)
    wishes = range(first, min(times, first + chance.choices((1, 2, 3, 5), (45, 25, 20, 10))[0]))
    leaves = joined * chance.random() if chance.random() < 0.08 else -1.0
    return Party(number, joined, size, tuple(wishes), leaves)


def figures(*, holidays: int = HOLIDAYS, seed: int = SEED) -> dict[str, Any]:
    """Brier of the shown odds to Brier of the base rate, over all holidays after the first 200."""
    began = time.perf_counter()
    said, bins = asked(holidays, seed), []
    happened = sum(served for _chance, served in said) / len(said)
    brier = sum((chance - served) ** 2 for chance, served in said) / len(said)
    base = happened * (1 - happened)
    for tenth in range(10):
        some = [(c, s) for c, s in said if min(int(10 * c), 9) == tenth]
        if some:
            shown = sum(c for c, _s in some) / len(some)
            came = sum(s for _c, s in some) / len(some)
            bins.append([f"{tenth / 10:.1f}", len(some), round(shown, 3), round(came, 3)])
    return {
        "brier_ratio": round(brier / base, 3),
        "odds_brier": round(brier, 4),
        "odds_base_brier": round(base, 4),
        "odds_base_rate": round(happened, 3),
        "odds_looks": len(said),
        "odds_holidays": holidays,
        "odds_seed": seed,
        "odds_bins": bins,
        "odds_seconds": round(time.perf_counter() - began, 1),
    }


def asked(holidays: int, seed: int) -> list[tuple[float, bool]]:
    """[chance that was shown, whether it came so] of every look after the first holidays."""
    past: list[tuple[Look, bool]] = []
    learnt: Odds | None = None
    said: list[tuple[float, bool]] = []
    for number in range(holidays):
        if number >= _FIRST and number % _AGAIN == 0:
            learnt = odds.learn(past[-_MOST_LOOKS:])
        looks = holiday(seed, number).run()
        if learnt is not None:
            said += [(odds.percent(learnt.of(look)) / 100, served) for look, served in looks]
        past += looks
    return said


def table(found: dict[str, Any]) -> Iterator[str]:
    """For people: what was said and what happened, by tenths."""
    yield f"seed {found['odds_seed']}, {found['odds_holidays']} holidays, {found['odds_looks']} looks"
    yield f"brier_ratio {found['brier_ratio']} ({found['odds_brier']} / {found['odds_base_brier']})"
    yield "   from  looks   said  happened"
    rows: Sequence[Sequence[Any]] = found["odds_bins"]
    for start, looks, shown, came in rows:
        yield f"   {start}  {looks:6d}  {shown:.3f}  {came:.3f}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table(figures())) + "\n")
