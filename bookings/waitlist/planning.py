"""Many returns at one go: who gets what, as if each had been handed out alone. Pure, like the rule itself.

The plan is a list of steps in the order in which they would be taken. Whoever carries it out may stop
behind any step: what was planned up to there holds, the rest is planned anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from bookings.waitlist.choosing import Candidate, Lack, Pick, choose_of_ranked
from bookings.waitlist.heads import Heads
from kernel.errors import Refusal

Verdict = Mapping[int, int] | Refusal
"""What a wish takes of every bucket as it is sold now, or what is against it."""


@dataclass(frozen=True, slots=True)
class Freed:
    """A return that is handed out. ``units`` by bucket; ``is_new``: they do not count as free yet."""

    return_id: int
    units: Mapping[int, int]
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Won:
    """A pick out of a return."""

    return_id: int
    pick: Pick


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody is passed over: by a refusal, or because another bucket of the wish has no room."""

    return_id: int
    lack: Lack
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Everybody was asked: what is left of a return, by bucket, fits nobody."""

    return_id: int
    free: Mapping[int, int]


Planned = Won | Passed | Asked


@dataclass(slots=True)
class Plan:
    """Steps in their order. ``unheard`` are the wishes that were taken for granted; ``short``: the wish
    that needs room of buckets in whose lines it does not stand, where the plan ends for that."""

    steps: list[Planned] = field(default_factory=list)
    unheard: list[int] = field(default_factory=list)
    short: int | None = None

    @property
    def won(self) -> list[Won]:
        return [step for step in self.steps if isinstance(step, Won)]

    def before(self, gone: Collection[int]) -> list[Planned]:
        """The steps before the first pick of one of these entries."""
        return list(takewhile(lambda step: not _picks_any(step, "entry_id", gone), self.steps))

    def as_far_as_heard(self) -> Plan:
        """Up to the first wish that was taken for granted."""
        unheard = set(self.unheard)
        return Plan(list(takewhile(lambda s: not _picks_any(s, "wish_id", unheard), self.steps)))


def _picks_any(step: Planned, name: str, ids: Collection[int]) -> bool:
    return isinstance(step, Won) and getattr(step.pick, name) in ids


def plan(
    freed: Sequence[Freed],
    *,
    heads: Heads,
    room: Mapping[int, int],
    verdicts: Mapping[int, Verdict],
    passed: Mapping[int, frozenset[int]],
) -> Plan:
    """Hand out returns one after the other, by number, each by rank to whoever fits.

    ``room``: what is free before the first of them, of every bucket in the heads and in the verdicts;
    ``verdicts`` by wish, as far as they were heard; ``passed``: the wishes that were passed over before,
    by return. Ends early where the heads do not show who is next.
    """
    made = _Making(heads, dict(room), verdicts)
    for one in freed:
        if not made.hand_out(one, set(passed.get(one.return_id, ()))):
            break
    return made.plan


class _Making:
    """A plan while it is made: what is left, and who was served."""

    def __init__(self, heads: Heads, left: dict[int, int], verdicts: Mapping[int, Verdict]) -> None:
        self.heads, self.left, self.verdicts = heads, left, verdicts
        self.plan, self.served = Plan(), set[int]()

    def hand_out(self, freed: Freed, passed: set[int]) -> bool:
        """Whether everybody could be asked."""
        for bucket, units in freed.units.items():
            self.left[bucket] = self.left.get(bucket, 0) + (units if freed.is_new else 0)
        while True:
            free = {bucket: n for bucket in freed.units if (n := self.left[bucket]) > 0}
            horizon = self.heads.horizon(free)
            ranked = self._waiting(free, horizon, passed)
            steps = choose_of_ranked(ranked, room=self.left, given=free)
            if all(self._take(freed.return_id, step, passed) for step in steps):
                break
            if self.plan.short is not None:
                return False
        free = {bucket: n for bucket in freed.units if (n := self.left[bucket]) > 0}
        if self.heads.are_short_of(free, horizon):
            return False
        self.plan.steps.append(Asked(freed.return_id, free))
        return True

    def _waiting(
        self, free: Mapping[int, int], horizon: int | None, passed: set[int]
    ) -> Iterator[Candidate]:
        for one in self.heads.ranked(free, horizon):
            if one.entry_id not in self.served and one.wish_id not in passed:
                yield one

    def _take(self, return_id: int, step: Pick | Lack, passed: set[int]) -> bool:
        """Write down a step; False where its wish turns out not to be had, and is passed over."""
        if isinstance(step, Lack):
            passed.add(step.wish_id)
            self.plan.steps.append(Passed(return_id, step))
            return True
        said = self.verdicts.get(step.wish_id)
        if said is None:
            self.plan.unheard.append(step.wish_id)
        wants = step.needs if said is None else said
        if isinstance(wants, Refusal):
            bucket = min(step.free)
            lack = Lack(step.entry_id, step.wish_id, bucket, step.needs[bucket], step.free[bucket])
            return self._pass_over(Passed(return_id, lack, wants), passed)
        for other, units in sorted(wants.items()):
            left = self.left.get(other, units)
            if other not in step.needs and units > left:
                self.plan.short = step.wish_id
                lack = Lack(step.entry_id, step.wish_id, other, units, left)
                return self._pass_over(Passed(return_id, lack), passed)
        self._give(return_id, step, wants)
        return True

    def _pass_over(self, step: Passed, passed: set[int]) -> bool:
        passed.add(step.lack.wish_id)
        self.plan.steps.append(step)
        return False

    def _give(self, return_id: int, pick: Pick, wants: Mapping[int, int]) -> None:
        self.served.add(pick.entry_id)
        self.plan.steps.append(Won(return_id, pick))
        for bucket, units in {**wants, **pick.needs}.items():
            if bucket in self.left:
                self.left[bucket] -= units
