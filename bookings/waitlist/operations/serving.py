"""Hand out what came free: return by return, by rank, whole parties; everybody passed over hears why.

One worker at a time serves a region (a lease; each step compares its token). Many returns are handed
out at one go, as if each had been alone (``planning``). What was decided is committed before it is
carried out, and an order is placed under its entry's own key: who goes on after a crash comes to the
same winners, and nobody is served twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.inventory.models import Return
from bookings.waitlist import queries
from bookings.waitlist.models import Decision, Entry, EntryState, Outcome, Wish
from bookings.waitlist.operations import deciding
from bookings.waitlist.operations.carrying_out import carry_out
from bookings.waitlist.operations.hearing import Hearing, heard
from bookings.waitlist.operations.lines import line_up
from bookings.waitlist.operations.notes import note_passed
from bookings.waitlist.operations.taking import take
from bookings.waitlist.operations.turns import Serving
from bookings.waitlist.planning import Asked, Freed, Passed, Plan, Planned, Won
from kernel.leases import operations as leases

KEPT_FOR = timedelta(minutes=20)
"""How long what fits nobody is kept before it is sold openly."""

MOST = 500
"""So many returns are handed out at one go."""

_AHEAD = 6
"""So many parties of every size are read beyond those that may fit, in case some are passed over."""


def serve(*, region_id: int, owner: str, at: datetime) -> int:
    """Hand out all that came free in a region; how many parties won. Nothing while another one serves.

    What fits nobody is kept for ``KEPT_FOR`` and offered to whoever joins meanwhile, then sold openly.
    Where nobody fits any more, what buyers hand on is taken for those whom it helps.
    """
    turn = Serving(region_id, owner, at)
    if turn.token is None:
        return 0
    try:
        won = _resume(turn) + _hand_out_all(turn)
        kept = counts.leftovers(region_id, since=at - KEPT_FOR)
        won += _offer_again(turn, [Freed(one.pk, _units(one), is_new=False) for one in kept])
        while take(turn):
            won += _hand_out_all(turn)
        _open_what_nobody_wants(turn)
    except leases.Lost:
        return 0
    return won


def _units(one: Return) -> dict[int, int]:
    return {int(bucket): units for bucket, units in one.units.items()}


def _resume(turn: Serving) -> int:
    """Finish what a worker had begun who is no more, in its order."""
    begun = Entry.objects.filter(region=turn.region_id, state=EntryState.SERVING)
    entries = list(begun.order_by("chosen_return", "pk"))
    wishes = Wish.objects.in_bulk([entry.chosen_wish for entry in entries])
    chosen = [(entry, wishes[entry.chosen_wish]) for entry in entries if entry.chosen_wish]
    return carry_out(chosen, at=turn.at) if chosen else 0


def _hand_out_all(turn: Serving) -> int:
    """Hand out every return that there is; how many parties won."""
    won = 0
    while returns := counts.unserved(turn.region_id, most=MOST):
        turn.prolong()
        won += _hand_out(turn, [Freed(one.pk, _units(one)) for one in returns])
    return won


def _hand_out(turn: Serving, freed: Sequence[Freed]) -> int:
    """Hand out the first of these returns, as many as can be seen through; how many parties won."""
    won, through = _step(turn, freed)
    if through:
        _close(turn, through)
    return won


def _offer_again(turn: Serving, kept: Sequence[Freed]) -> int:
    """Offer what is kept to whoever has joined since; until everybody was asked."""
    won, rest = 0, list(kept)
    while rest:
        turn.prolong()
        served, through = _step(turn, rest[:MOST])
        won += served
        rest = [one for one in rest if one.return_id not in through]
    return won


def _step(turn: Serving, freed: Sequence[Freed]) -> tuple[int, set[int]]:
    """Plan, commit what was decided, place: how many have won, and which returns are through."""
    made, hearing = _plan(turn, freed)
    steps = _begin(turn, made, hearing, is_new=freed[0].is_new)
    if made.short is not None and len(steps) == len(made.steps):
        with transaction.atomic():
            line_up([hearing.wanted(made.short)], at=turn.at)
    begun = [step for step in steps if isinstance(step, Won)]
    won = _carry_out(turn, begun, hearing) if begun else 0
    is_all = won == len(begun)
    return won, {step.return_id for step in steps if isinstance(step, Asked)} if is_all else set()


def _plan(turn: Serving, freed: Sequence[Freed]) -> tuple[Plan, Hearing]:
    """The next steps; lines are read deeper until there is one.

    A return that is gone on with is planned alone: the heads leave out whom it has passed over.
    """
    first = freed[0].return_id
    passed = queries.passed_wishes([one.return_id for one in freed])
    some = freed[:1] if first in passed else freed
    hearing = Hearing(turn.region_id, first + (not freed[0].is_new), turn.at)
    ahead = _AHEAD
    while True:
        hearing.read_lines(some, but=passed.get(first, frozenset()), ahead=ahead)
        made = heard(some, hearing, passed)
        if made.steps:
            return made, hearing
        ahead *= 4


def _begin(turn: Serving, made: Plan, hearing: Hearing, *, is_new: bool) -> Sequence[Planned]:
    """Commit what was decided, before anything is placed; as far as nobody has left meanwhile."""
    lines = deciding.Lines.of(made)
    words = hearing.notes([step for step in made.steps if isinstance(step, Passed)])
    with transaction.atomic(durable=True):
        turn.check()
        gone = deciding.who_left([step.pick.entry_id for step in made.won])
        steps = made.before(gone)
        won = [step for step in steps if isinstance(step, Won)]
        deciding.serve_now(won)
        passed = sum(isinstance(step, Passed) for step in steps)
        note_passed(words[:passed], at=turn.at)
        nobody = lines.nobody(steps) if is_new else []
        deciding.write_down(turn.region_id, won, nobody, at=turn.at)
    return steps


def _carry_out(turn: Serving, begun: Sequence[Won], hearing: Hearing) -> int:
    chosen = [hearing.chosen(step) for step in begun]
    return carry_out(chosen, at=turn.at, known=hearing.known)


def _close(turn: Serving, through: Collection[int]) -> None:
    """Everybody was asked: what is left of these fits nobody."""
    with transaction.atomic(durable=True):
        turn.check()
        inventory.mark_served(through, at=turn.at)


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
