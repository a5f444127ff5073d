"""Hand out what came free: return by return, by rank, whole parties; everybody passed over hears why.

One worker at a time serves a region (a lease; each step compares its token). Every step is written
before it is carried out, and an order is placed under its entry's own key: who goes on after a crash
comes to the same winners, and nobody is served twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.inventory.models import Return
from bookings.waitlist import queries
from bookings.waitlist.choosing import Lack, Pick, Step, choose
from bookings.waitlist.models import Decision, Entry, EntryState, Outcome, Wish
from bookings.waitlist.operations.carrying_out import carry_out
from bookings.waitlist.operations.checking import Quote, verdicts
from bookings.waitlist.operations.lines import line_up
from bookings.waitlist.operations.notes import no_room, note_passed, words_of
from kernel.errors import Refusal
from kernel.leases import operations as leases

CLAIM_FOR = timedelta(minutes=20)
"""How long what was won is held for a party that is not charged at once."""

KEPT_FOR = timedelta(minutes=20)
"""How long what fits nobody is kept before it is sold openly."""

_LEASE_S = 60


class Serving:
    """One worker's turn at the list of a region."""

    def __init__(self, region_id: int, owner: str, at: datetime) -> None:
        self.region_id, self.at = region_id, at
        self.key = f"waitlist:{region_id}"
        self.token = leases.take(key=self.key, owner=owner, seconds=_LEASE_S, at=at)

    def check(self) -> None:
        """In a transaction: nobody else serves by now. :raises leases.Lost: somebody does."""
        leases.check(key=self.key, token=self.token or 0)


def serve(*, region_id: int, owner: str, at: datetime) -> int:
    """Hand out all that came free in a region; how many parties won. Nothing while another one serves.

    What fits nobody is kept for ``KEPT_FOR`` and offered to whoever joins meanwhile, then sold openly.
    """
    turn = Serving(region_id, owner, at)
    if turn.token is None:
        return 0
    try:
        won = _resume(turn)
        for step in counts.unserved(region_id):
            won += _hand_out(turn, step)
            _close(turn, step)
        for step in counts.leftovers(region_id, since=at - KEPT_FOR):
            won += _hand_out(turn, step)
        _open_what_nobody_wants(turn)
    except leases.Lost:
        return 0
    return won


def _resume(turn: Serving) -> int:
    """Finish what a worker had begun who is no more."""
    begun = Entry.objects.filter(region=turn.region_id, state=EntryState.SERVING).order_by("pk")
    entries = list(begun)
    return carry_out(entries, at=turn.at, hold_for=CLAIM_FOR) if entries else 0


def _hand_out(turn: Serving, given: Return) -> int:
    """Serve everybody who fits into what came free, until nobody does."""
    won = 0
    while steps := _next_steps(turn, given):
        picks = [step for step in steps if isinstance(step, Pick)]
        if picks:
            begun = Entry.objects.filter(pk__in=_begin(turn, given, picks)).order_by("pk")
            won += carry_out(list(begun), at=turn.at, hold_for=CLAIM_FOR)
    return won


def _next_steps(turn: Serving, given: Return) -> list[Step]:
    """The next steps by the rule, up to the first that turns out not to be had; that one is noted."""
    room = _room(turn, given, map(int, given.units))
    if not any(units > 0 for units in room.values()):
        return []
    found = queries.candidates(room, but=queries.passed_wishes(given.pk), at=turn.at)
    others = {bucket for one in found for bucket in one.needs} - set(room)
    known = room | _room(turn, given, others)
    steps = choose(found, room=known, given=room)
    return _as_far_as_good(turn, given, steps)


def _room(turn: Serving, given: Return, buckets: Iterable[int]) -> dict[int, int]:
    """What is free for those who wait, as if nothing had come free after this return."""
    return counts.room_for_waiting(list(buckets), region_id=turn.region_id, after=given.pk)


def _as_far_as_good(turn: Serving, given: Return, steps: Sequence[Step]) -> list[Step]:
    entries = Entry.objects.in_bulk([step.entry_id for step in steps])
    wishes = Wish.objects.in_bulk([step.wish_id for step in steps])
    picks = [step for step in steps if isinstance(step, Pick)]
    chosen = [(entries[pick.entry_id], wishes[pick.wish_id]) for pick in picks]
    known = verdicts(chosen, at=turn.at)
    good: list[Step] = []
    for step in steps:
        entry, wish = entries[step.entry_id], wishes[step.wish_id]
        if isinstance(step, Lack):
            words = no_room(wish, entry.language)
            _pass_over(turn, given, step, "no_room", words)
            good.append(step)
            continue
        said = known[step.entry_id]
        if (trouble := _trouble(turn, given, step, said)) is not None:
            bucket, units, free = trouble
            lack = Lack(step.entry_id, step.wish_id, bucket, units, free)
            if isinstance(said, Refusal):
                _pass_over(turn, given, lack, said.code, words_of(said, entry.language))
            else:
                _pass_over(turn, given, lack, "no_room", no_room(wish, entry.language))
                with transaction.atomic():
                    line_up([(wish, said.demands)], at=turn.at)
            return [*good, lack]
        good.append(step)
    return good


def _trouble(
    turn: Serving, given: Return, pick: Pick, said: Quote | Refusal
) -> tuple[int, int, int] | None:
    """Why a pick cannot be had: the bucket meant, the units wanted of it, what is free there."""
    bucket = min(pick.free)
    if isinstance(said, Refusal):
        return bucket, pick.needs[bucket], pick.free[bucket]
    room = _room(turn, given, said.demands)
    for other, units in said.demands.items():
        if other not in pick.needs and units > room.get(other, 0):
            return other, units, room.get(other, 0)
    return None


def _begin(turn: Serving, given: Return, picks: Sequence[Pick]) -> list[int]:
    """Write down who is served with what, before anything is placed; who has just left is not."""
    with transaction.atomic(durable=True):
        turn.check()
        begun = [
            pick
            for pick in picks
            if Entry.objects.filter(pk=pick.entry_id, state=EntryState.WAITING).update(
                state=EntryState.SERVING, chosen_wish=pick.wish_id, chosen_return=given.pk
            )
        ]
        Decision.objects.bulk_create(
            [
                Decision(
                    region_id=turn.region_id, return_id=given.pk, bucket_id=bucket, free=free,
                    outcome=Outcome.SERVED, entry_id=pick.entry_id, wish_id=pick.wish_id,
                    units=pick.needs[bucket], at=turn.at,
                )
                for pick in begun
                for bucket, free in sorted(pick.free.items())
            ]
        )  # fmt: skip
    return [pick.entry_id for pick in begun]


def _pass_over(turn: Serving, given: Return, lack: Lack, reason: str, words: str) -> None:
    with transaction.atomic(durable=True):
        turn.check()
        note_passed(turn.region_id, given.pk, lack, reason, words, at=turn.at)


def _close(turn: Serving, given: Return) -> None:
    """Everybody was asked: what is left fits nobody, and that is said."""
    room = _room(turn, given, map(int, given.units))
    lines = queries.awaited_by_somebody(room)
    with transaction.atomic(durable=True):
        turn.check()
        if not inventory.mark_served(given.pk, at=turn.at):
            return
        Decision.objects.bulk_create(
            [
                Decision(
                    region_id=turn.region_id, return_id=given.pk, bucket_id=bucket, free=free,
                    outcome=Outcome.NOBODY, at=turn.at,
                )
                for bucket, free in sorted(room.items())
                if free > 0 and bucket in lines
            ],
            ignore_conflicts=True,
        )  # fmt: skip


def _open_what_nobody_wants(turn: Serving) -> None:
    """What was kept for the whole time and fits nobody is sold openly."""
    old = counts.kept_longer(turn.region_id, since=turn.at - KEPT_FOR)
    if not old:
        return
    with transaction.atomic(durable=True):
        turn.check()
        opened: Mapping[int, int] = inventory.open_kept(old)
        Decision.objects.bulk_create(
            Decision(
                region_id=turn.region_id, bucket_id=bucket, free=units, units=units,
                outcome=Outcome.OPENED, at=turn.at,
            )
            for bucket, units in sorted(opened.items())
        )  # fmt: skip
