"""What must be known to hand out returns: the lines, what is free, and what the wishes are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bookings.inventory import queries as counts
from bookings.waitlist import queries
from bookings.waitlist.heads import Heads
from bookings.waitlist.models import Entry, EntryState, Wish
from bookings.waitlist.operations.checking import Quote, verdicts
from bookings.waitlist.operations.notes import Note, no_room, words_of
from bookings.waitlist.planning import Freed, Passed, Plan, Verdict, Won, plan
from kernel.errors import Refusal

_MOST_LOOKS = 8
"""So often the sellers are asked about one go; what is not heard by then is left for the next."""


class Hearing:
    """Facts for one go, read when they are needed. ``first``: returns from here on are not free yet."""

    def __init__(self, region_id: int, first: int, at: datetime) -> None:
        self.region_id, self.first, self.at = region_id, first, at
        self.heads = Heads({}, {})
        self.room: dict[int, int] = {}
        self.known: dict[int, Quote | Refusal] = {}
        self._wishes: dict[int, Wish] = {}
        self._entries: dict[int, Entry] = {}

    def read_lines(self, freed: Sequence[Freed], *, but: Collection[int], ahead: int) -> None:
        """The heads of all lines in which something comes free, deep enough for all of it."""
        self._read_room(bucket for one in freed for bucket in one.units)
        most = dict(self.room)
        for one in freed:
            for bucket, units in one.units.items() if one.is_new else ():
                most[bucket] = most.get(bucket, 0) + units
        if any(units > 0 for units in most.values()):
            self.heads = queries.heads(most, but=but, ahead=ahead, at=self.at)
            self._read_room(self.heads.lines)

    def hear(self, wish_ids: Collection[int]) -> None:
        """Ask the sellers about more wishes."""
        self._fetch(wish_ids)
        chosen = [(self._entries[w.entry_id], w) for w in map(self._wishes.__getitem__, wish_ids)]
        found = verdicts(chosen, at=self.at)
        self.known.update(found)
        quotes = [said for said in found.values() if isinstance(said, Quote)]
        self._read_room(bucket for quote in quotes for bucket in quote.demands)

    def facts(self) -> dict[str, Any]:
        """What a plan is made from."""
        said: dict[int, Verdict] = {
            wish: found.demands if isinstance(found, Quote) else found
            for wish, found in self.known.items()
        }
        return {"heads": self.heads, "room": self.room, "verdicts": said}

    def notes(self, steps: Sequence[Passed]) -> list[Note]:
        """Why somebody is passed over, in their own language."""
        self._fetch([step.lack.wish_id for step in steps])
        return [self._note(step) for step in steps]

    def chosen(self, step: Won) -> tuple[Entry, Wish]:
        """Who is served, as it stands in the tables by now, and with what."""
        entry, wish = self._entries[step.pick.entry_id], self._wishes[step.pick.wish_id]
        entry.state, entry.chosen_wish = EntryState.SERVING, wish.pk
        entry.chosen_return = step.return_id
        return entry, wish

    def wanted(self, wish_id: int) -> tuple[Wish, Mapping[int, int]]:
        """All that a wish takes of every bucket as it is sold now."""
        said = self.known[wish_id]
        assert isinstance(said, Quote)
        return self._wishes[wish_id], said.demands

    def _note(self, step: Passed) -> Note:
        language = self._entries[step.lack.entry_id].language
        if step.refusal is None:
            reason, words = "no_room", no_room(self._wishes[step.lack.wish_id], language)
        else:
            reason, words = step.refusal.code, words_of(step.refusal, language)
        return Note(self.region_id, step.return_id, step.lack, reason, words)

    def _fetch(self, wish_ids: Collection[int]) -> None:
        if missing := set(wish_ids) - set(self._wishes):
            found = Wish.objects.in_bulk(missing)
            self._wishes |= found
            entries = {wish.entry_id for wish in found.values()} - set(self._entries)
            self._entries |= Entry.objects.in_bulk(entries)

    def _read_room(self, buckets: Iterable[int]) -> None:
        if missing := set(buckets) - set(self.room):
            self.room |= counts.room_for_waiting(
                missing, region_id=self.region_id, first=self.first
            )


def heard(freed: Sequence[Freed], hearing: Hearing, passed: Mapping[int, frozenset[int]]) -> Plan:
    """A plan of which the sellers were asked what the wishes are now."""
    for _look in range(_MOST_LOOKS):
        made = plan(freed, **hearing.facts(), passed=passed)
        if not made.unheard:
            return made
        hearing.hear(made.unheard)
    return plan(freed, **hearing.facts(), passed=passed).as_far_as_heard()
