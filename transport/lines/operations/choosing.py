"""What each rider of a disrupted run wants, once: to stay, another departure, the money, a voucher of more.

Who says nothing in time has what the row says. What was carried out is carried out once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Ask, Member, Offer
from bookings.fulfilment import operations as fulfilment
from bookings.orders.models import Line
from bookings.refunds import operations as refunds
from kernel.errors import Refusal
from transport.lines import disrupted, offers
from transport.lines.models import AffectedRide, Boarding, OnSilence, RideChoice, Run
from transport.lines.queries import RunRow


class AlreadyChosen(Refusal):
    """One choice, and this one was made, or made for them when the time was over."""

    code = "already_chosen"
    message = _("What becomes of this ride is decided already.")


class NotOffered(Refusal):
    """It does not run, so nobody can stay on it; or it is no departure of this ride."""

    code = "not_offered"
    message = _("This cannot be chosen for this ride. Please choose something else.")


def choose(
    *, row: AffectedRide, choice: RideChoice, ref: str = "", owner: str = "", at: datetime
) -> None:
    """What the rider wants: KEEP, MOVE to the ride ``ref`` ("7:0:2"), REFUND, or CREDIT to the balance of
    ``owner``. Once.

    :raises AlreadyChosen: before, or by nobody in time. :raises NotOffered: it is none of the choices.
    :raises Refusal: MOVE, as the offer and ``fulfilment.exchange_line``; CREDIT, ``refunds.NotForCredit``.
        It is still open then.
    """
    if choice == RideChoice.MOVE:
        _choose_run(row, ref, at)
        return
    if choice == RideChoice.KEEP and row.on_silence != OnSilence.KEEP:
        raise NotOffered(field="choice")
    if choice == RideChoice.CREDIT and (not owner or voucher_of(row, at=at) is None):
        raise refunds.NotForCredit
    with transaction.atomic():
        _decide(row, choice, at, owner)
        if choice == RideChoice.KEEP:
            _end([row.pk], at)
    if choice != RideChoice.KEEP:
        _give_back(row, at)


def end_choices(*, at: datetime) -> int:
    """Decide for those who have said nothing in time, and carry out what a dead process has left; how many
    lines went back."""
    still = AffectedRide.objects.filter(ended_at__isnull=True)
    silent = still.filter(choice=RideChoice.OPEN, decide_by__lte=at)
    silent.filter(on_silence=OnSilence.KEEP).update(
        choice=RideChoice.KEEP, chosen_at=at, ended_at=at
    )
    silent.filter(on_silence=OnSilence.REFUND).update(choice=RideChoice.REFUND, chosen_at=at)
    due = still.filter(choice__in=(RideChoice.REFUND, RideChoice.CREDIT))
    return sum(_give_back(row, at) for row in list(due.order_by("pk")))


def voucher_of(row: AffectedRide, *, at: datetime) -> refunds.Voucher | None:
    """What a rider would have on the balance instead of money; None: only money comes back."""
    parts = refunds.unused(row.line, row.part_keys)
    return refunds.voucher_for(order=row.line.order, parts=parts, at=at)


def runs_of(row: AffectedRide, *, at: datetime) -> list[RunRow]:
    """The other departures that a rider may take, soonest first; none where somebody of the line has ridden
    or cancelled: only whole lines go over."""
    ride = disrupted.ride_of(row.line)
    if ride is None or len(row.line.open_parts) != len(row.line.parts):
        return []
    return disrupted.runs_instead(ride, room_for=disrupted.aboard(ride), at=at)


def exchange(line_id: int, ride: Boarding, found: RunRow, *, at: datetime) -> Run:
    """Put all riders of a line onto another run, in the caller's transaction. No fee, no change counted.

    :raises Refusal: the seller's own, or ``fulfilment``'s: there is no room any more.
    """
    line = Line.objects.select_related("order").get(pk=line_id)
    offered = _offer(line, ride, found, at)
    run = found.run
    opens_at, closes_at = offers.boarding_window(offered.starts_at - run.delay, offered.ends_at)
    fulfilment.exchange_line(
        line_id=line.pk,
        to=offered,
        opens_at=opens_at,
        closes_at=closes_at,
        zone=run.zone,
        at=at,
    )
    return run


def _choose_run(row: AffectedRide, ref: str, at: datetime) -> None:
    with transaction.atomic():
        _decide(row, RideChoice.MOVE, at)
        line = Line.objects.get(pk=row.line_id)
        ride = disrupted.ride_of(line)
        wanted = offers.read_ref(ref)
        if ride is None or wanted is None:
            raise NotOffered(field="ref")
        rows = disrupted.runs_instead(ride, at=at)
        found = next((each for each in rows if each.ref == ref), None)
        if found is None:
            raise NotOffered(field="ref")
        run = exchange(line.pk, ride, found, at=at)
        AffectedRide.objects.filter(pk=row.pk).update(moved_to=run, ended_at=at)
        _close_others(row, at)


def _close_others(row: AffectedRide, at: datetime) -> None:
    """What else was asked about the ride that was left has its answer."""
    others = AffectedRide.objects.filter(
        line=row.line_id, choice=RideChoice.OPEN, ended_at__isnull=True
    ).exclude(pk=row.pk)
    others.update(choice=RideChoice.KEEP, chosen_at=at, ended_at=at)


def _decide(row: AffectedRide, choice: RideChoice, at: datetime, owner: str = "") -> None:
    """Compare and set. :raises AlreadyChosen: it is not open any more."""
    undecided = AffectedRide.objects.filter(
        pk=row.pk, choice=RideChoice.OPEN, ended_at__isnull=True
    )
    if not undecided.update(choice=choice, chosen_at=at, credited_to=owner):
        raise AlreadyChosen


def _end(row_ids: list[int], at: datetime) -> None:
    AffectedRide.objects.filter(pk__in=row_ids, ended_at__isnull=True).update(ended_at=at)


def _offer(line: Line, ride: Boarding, found: RunRow, at: datetime) -> Offer:
    """The same people on the other run, under the keys that they have in the line, within their limits."""
    parts = line.open_parts
    party = tuple(Member(part.class_code, part.traveller_id) for part in parts)
    [answer] = offers.offer([Ask(line.kind, found.ref, party, channel=line.order.channel)], at=at)
    if isinstance(answer, Refusal):
        raise answer
    [offered] = answer
    run = ride.run
    places = {*run.segments, *run.lap_segments, *run.luggage_segments}
    return replace(
        offered,
        parts=tuple(
            replace(
                new,
                key=part.key,
                demands=(*new.demands, *(d for d in part.demands if d.bucket_id not in places)),
            )
            for part, new in zip(parts, offered.parts, strict=True)
        ),
    )


def _give_back(row: AffectedRide, at: datetime) -> bool:
    """Return what is still unused, whole; in its own transaction, twice is once.

    What can no longer become a voucher is money.
    """
    still = AffectedRide.objects.select_related("line__order").get(pk=row.pk)
    owner = still.credited_to if still.choice == RideChoice.CREDIT else ""
    how = refunds.give_unused_back(line=still.line, keys=still.part_keys, owner=owner, at=at)
    if how is refunds.GivenBack.MONEY and still.choice == RideChoice.CREDIT:
        AffectedRide.objects.filter(pk=row.pk).update(choice=RideChoice.REFUND, credited_to="")
    _end([row.pk], at)
    return how is not None
