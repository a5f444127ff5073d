"""Handing out many returns at one go is handing them out one after the other, whoever reads how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.waitlist.choosing import Candidate, Lack, Pick, choose
from bookings.waitlist.heads import Heads, Size
from bookings.waitlist.planning import Asked, Freed, Passed, Plan, Won, plan
from kernel.errors import Refusal

BUCKETS = (1, 2, 3)
REFUSED = Refusal()


@dataclass
class Town:
    """Everybody who waits, what is free, and whose wish the sellers refuse; and who has won what."""

    waiting: list[Candidate]
    room: dict[int, int]
    refused: frozenset[int]
    won: list[tuple[int, int, int]] = field(default_factory=list)
    passed: set[tuple[int, int]] = field(default_factory=set)

    def give(self, return_id: int, pick: Pick) -> None:
        self.won.append((return_id, pick.entry_id, pick.wish_id))
        self.waiting = [one for one in self.waiting if one.entry_id != pick.entry_id]
        for bucket, units in pick.needs.items():
            self.room[bucket] -= units

    def hand_out(self, freed: Freed) -> None:
        """One return by the published rule, over everybody there is."""
        for bucket, units in freed.units.items():
            self.room[bucket] += units
        while self._one_more(freed):
            pass

    def _one_more(self, freed: Freed) -> bool:
        free = {bucket for bucket in freed.units if self.room[bucket] > 0}
        asked = [
            one
            for one in self.waiting
            if free & set(one.needs) and (freed.return_id, one.wish_id) not in self.passed
        ]
        for step in choose(asked, room=self.room, given=free):
            if isinstance(step, Lack) or step.wish_id in self.refused:
                self.passed.add((freed.return_id, step.wish_id))
            else:
                self.give(freed.return_id, step)
            return True
        return False

    def heads(self, freed: Sequence[Freed], ahead: int, but: frozenset[int]) -> Heads:
        """What the database would read: of every size the first few in each line."""
        sizes: dict[int, list[Size]] = {}
        seen: set[int] = set()
        for bucket in {bucket for one in freed for bucket in one.units}:
            most = self.room[bucket] + sum(one.units.get(bucket, 0) for one in freed)
            for units in range(1, most + 1):
                of_size = [
                    one
                    for one in sorted(self.waiting, key=lambda c: c.rank)
                    if one.needs.get(bucket) == units and one.wish_id not in but
                ][: most // units + ahead]
                seen |= {one.wish_id for one in of_size}
                if of_size:
                    goes_on = len(of_size) == most // units + ahead
                    size = Size(units, of_size[-1].entry_id, goes_on)
                    sizes.setdefault(bucket, []).append(size)
        return Heads.of([one for one in self.waiting if one.wish_id in seen], sizes)

    def at_one_go(self, freed: Sequence[Freed], ahead: int) -> None:
        """By plans, each as far as its heads reach."""
        rest = list(freed)
        while rest:
            first = rest[0].return_id
            passed: dict[int, frozenset[int]] = {}
            if mine := frozenset(wish for number, wish in self.passed if number == first):
                passed[first] = mine
            some = rest[:1] if mine else rest
            depth, made = ahead, Plan()
            while not made.steps:
                heads = self.heads(some, depth, passed.get(first, frozenset()))
                made, depth = self._heard(some, heads, passed), 4 * depth
            through = self._carry_out(made)
            for one in through:
                for bucket, units in one.items():
                    self.room[bucket] += units
            rest = rest[len(through) :]

    def _heard(
        self, some: Sequence[Freed], heads: Heads, passed: dict[int, frozenset[int]]
    ) -> Plan:
        needs = {one.wish_id: one.needs for one in self.waiting}
        said: dict[int, object] = {}
        while True:
            room = dict(self.room)
            made = plan(some, heads=heads, room=room, verdicts=said, passed=passed)  # type: ignore[arg-type]
            if not made.unheard:
                self.units = {one.return_id: one.units for one in some}
                return made
            for wish in made.unheard:
                said[wish] = REFUSED if wish in self.refused else needs[wish]

    def _carry_out(self, made: Plan) -> list[dict[int, int]]:
        through = []
        for step in made.steps:
            if isinstance(step, Won):
                self.give(step.return_id, step.pick)
            elif isinstance(step, Passed):
                self.passed.add((step.return_id, step.lack.wish_id))
            elif isinstance(step, Asked):
                through.append(dict(self.units[step.return_id]))
        return through


NEEDS = st.dictionaries(st.sampled_from(BUCKETS), st.just(0), min_size=1, max_size=2)
PARTIES = st.lists(
    st.tuples(st.integers(1, 5), st.lists(NEEDS, min_size=1, max_size=2)), max_size=25
)
STREAM = st.lists(
    st.dictionaries(st.sampled_from(BUCKETS), st.integers(1, 4), min_size=1, max_size=2),
    min_size=1,
    max_size=12,
)


def everybody(parties: list[tuple[int, list[dict[int, int]]]]) -> list[Candidate]:
    return [
        Candidate(entry, position, entry * 10 + position, dict.fromkeys(buckets, size))
        for entry, (size, wishes) in enumerate(parties, 1)
        for position, buckets in enumerate(wishes)
    ]


@settings(max_examples=400, deadline=None)
@given(PARTIES, STREAM, st.integers(1, 4), st.data())
def test_many_at_one_go_are_one_after_the_other(parties, stream, ahead, data):
    line = everybody(parties)
    wishes = [one.wish_id for one in line]
    refused = frozenset(data.draw(st.sets(st.sampled_from(wishes))) if wishes else ())
    freed = [Freed(number, units) for number, units in enumerate(stream, 1)]
    alone, together = (Town(line, dict.fromkeys(BUCKETS, 0), refused) for _twin in range(2))

    for one in freed:
        alone.hand_out(one)
    together.at_one_go(freed, ahead)

    assert together.won == alone.won
    assert together.room == alone.room


def test_a_wish_that_needs_more_than_its_lines_ends_the_plan_there():
    line = [Candidate(1, 0, 10, {1: 1}), Candidate(2, 0, 20, {1: 1})]
    heads = Heads.of(line, {1: [Size(1, 2, goes_on=False)]})
    verdicts = {10: {1: 1, 2: 1}, 20: {1: 1}}

    made = plan(
        [Freed(5, {1: 1})], heads=heads, room={1: 0, 2: 0}, verdicts=verdicts, passed={}
    )  # fmt: skip

    assert (made.short, made.steps) == (10, [Passed(5, Lack(1, 10, 2, 1, 0))])
