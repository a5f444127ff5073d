"""A zone stands still: nothing more is sold for it, and its holders are asked to choose; then it runs again.

Every verb may be repeated: what was carried out is carried out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.messages import quiet
from bookings.news import operations as news
from bookings.orders.models import Line, State
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from kernel.places.models import Region
from tourism.crowd.models import Stop
from tourism.tickets import queries
from tourism.tickets.kinds import KINDS
from tourism.tickets.models import Choice, Slot, StoppedLine, Suspension
from tourism.tickets.operations.choices import AlreadyChosen, choose

STOPPED, RESTARTED = "tourism.zone.stopped", "tourism.zone.restarted"
TIME_TO_CHOOSE = timedelta(hours=6)
"""Of waking time: who is told in the evening chooses in the morning."""


class AlreadyStopped(Refusal):
    code = "already_stopped"
    message = _("This stands still already. Let it run again first.")


class NothingSoldThere(Refusal):
    status = 404
    message = _("Nothing is sold for this place.")


class EndsTooEarly(Refusal):
    message = _("It must end after it begins.")


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom a stop concerns: orders, people with an unused part, and what these have cost, in fen."""

    orders: int
    people: int
    fen: int


def affected_by(*, zone: str, starts: datetime, until: datetime | None) -> Affected:
    """What a stop would do, before it is done. Nothing is written."""
    slots = list(_slots(zone, starts, until))
    lines = _lines(slots)
    parts = [part for line in lines for part in line.open_parts]
    return Affected(
        orders=len({line.order_id for line in lines}),
        people=len(parts),
        fen=sum(part.price_fen for part in parts),
    )


def suspend(
    *,
    zone: str,
    starts: datetime,
    until: datetime | None,
    reason: str,
    reason_en: str = "",
    actor: str,
    at: datetime,
    cause: Stop | None = None,
) -> Suspension:
    """Nobody is taken in a zone ("lift:5") in this time; without ``until``, until that day ends. Audited.

    Nothing more is sold for it, and its holders are told to choose, by ``follow_suspension``.

    :raises NothingSoldThere: no entry times of this zone. :raises AlreadyStopped: it stands still already.
    :raises EndsTooEarly: it ends before it begins. Nothing has changed then.
    """
    slots = list(_slots(zone, starts, until))
    if not slots:
        raise NothingSoldThere
    area = slots[0].product.area
    ends = until or max(slot.ends_at for slot in slots)
    if ends <= starts:
        raise EndsTooEarly(field="until")
    try:
        with transaction.atomic():
            suspension = Suspension.objects.create(
                zone=zone, region_id=area.region_id, organisation_id=area.organisation_id,
                starts_at=starts, ends_at=ends, reason=reason[:200],
                reason_en=reason_en[:200], actor=actor, created_at=at, cause=cause,
            )  # fmt: skip
            still = Slot.objects.filter(pk__in=[slot.pk for slot in slots], is_open=True)
            still.update(is_open=False, suspension_id=suspension.pk)
            _tell(STOPPED, suspension, "tickets.zone.stop", actor, at)
    except IntegrityError:
        raise AlreadyStopped from None
    return suspension


def follow_suspension(*, suspension_id: int, at: datetime) -> int:
    """Write down whose unused parts a stop concerns, and tell them once to choose; how many lines."""
    suspension = Suspension.objects.get(pk=suspension_id)
    if suspension.restarted_at is not None:
        return 0
    lines = _lines(list(_of_suspension(suspension)))
    zone = Region.objects.get(pk=suspension.region_id).timezone
    decide_by = quiet.waking_until(at, TIME_TO_CHOOSE, zone)
    StoppedLine.objects.bulk_create(
        [
            StoppedLine(
                suspension=suspension,
                line=line,
                part_keys=[part.key for part in line.open_parts],
                decide_by=decide_by,
            )
            for line in lines
        ],
        ignore_conflicts=True,
    )
    rows = StoppedLine.objects.filter(suspension=suspension, choice=Choice.OPEN)
    news.tell_stopped(
        lines={row.line_id: row.decide_by for row in rows},
        about=f"stop:{suspension.pk}",
        page="areas:stopped",
        at=at,
    )
    return len(lines)


def resume(*, zone: str, actor: str, at: datetime) -> Suspension | None:
    """A zone runs again; ``follow_resumption`` does the rest. None: it did not stand still. Audited."""
    with transaction.atomic():
        suspension = (
            Suspension.objects.select_for_update().filter(zone=zone, restarted_at=None).first()
        )
        if suspension is None:
            return None
        suspension.restarted_at = at
        suspension.save(update_fields=["restarted_at"])
        _tell(RESTARTED, suspension, "tickets.zone.restart", actor, at)
    return suspension


def follow_resumption(*, suspension_id: int, at: datetime) -> int:
    """Who still has time comes as booked; who waited gets the next time with room, in the order of saying so.

    Then all of it is sold again. How many lines are settled by it.
    """
    suspension = Suspension.objects.get(pk=suspension_id)
    rows = StoppedLine.objects.filter(
        suspension=suspension, ended_at__isnull=True, choice__in=(Choice.OPEN, Choice.WAIT)
    ).select_related("suspension", "line__order")
    settled = 0
    for row in rows.order_by("chosen_at", "pk"):
        if row.line.ends_at > at:
            settled += _end(row, Choice.KEPT, at)
        elif row.choice == Choice.WAIT:
            settled += _serve(row, at)
    Slot.objects.filter(suspension_id=suspension.pk, ends_at__gt=at).update(
        is_open=True, suspension_id=None
    )
    return settled


def _slots(zone: str, starts: datetime, until: datetime | None) -> Iterable[Slot]:
    """What of a zone overlaps a time; the end of the local day where it has none."""
    found = queries.slots_of_zone(zone).filter(ends_at__gt=starts)
    if until is None:
        first = found.order_by("starts_at").first()
        if first is None:
            return []
        region = first.product.area.region
        until = region.at(region.local_date(starts) + timedelta(days=1), time(0))
    return found.filter(starts_at__lt=until).order_by("starts_at", "pk")


def _of_suspension(suspension: Suspension) -> Iterable[Slot]:
    return (
        queries.slots_of_zone(suspension.zone)
        .filter(suspension_id=suspension.pk)
        .order_by("starts_at", "pk")
    )


def _lines(slots: Sequence[Slot]) -> list[Line]:
    """The delivered lines for these entry times of which something is unused."""
    found: list[Line] = []
    for kind in sorted({KINDS[slot.product.kind] for slot in slots}):
        refs = [str(slot.pk) for slot in slots if KINDS[slot.product.kind] == kind]
        lines = Line.objects.filter(kind=kind, ref__in=refs, state=State.CONFIRMED)
        found += [line for line in lines.order_by("pk") if line.open_parts]
    return found


def _end(row: StoppedLine, choice: Choice, at: datetime) -> bool:
    still = StoppedLine.objects.filter(pk=row.pk, choice=row.choice, ended_at__isnull=True)
    return bool(still.update(choice=choice, chosen_at=at, ended_at=at))


def _serve(row: StoppedLine, at: datetime) -> bool:
    """The next time with room for who waits; otherwise the money back."""
    for each in _times_of_the_day(row, at):
        try:
            choose(row=row, choice=Choice.MOVE, slot_id=each.id, at=at)
        except AlreadyChosen:
            return False
        except Refusal:
            continue
        news.tell_moved(line_ids=[row.line_id], about=f"stop:{row.suspension_id}", at=at)
        return True
    choose(row=row, choice=Choice.REFUND, at=at)
    return True


def _times_of_the_day(row: StoppedLine, at: datetime) -> list[queries.SlotRow]:
    """Also those that are still closed for this stop: who waited goes in before they are sold again."""
    slot = Slot.objects.select_related("day").get(pk=int(row.line.ref))
    rows = queries.slots(product_ids=[slot.product_id], first=slot.day.date, last=slot.day.date)
    people = len(row.part_keys)
    return [each for each in rows if each.ends_at > at and each.left >= people]


def _tell(name: str, suspension: Suspension, action: str, actor: str, at: datetime) -> None:
    """The fact for who follows, and the audit's line."""
    audit.record(
        actor=actor, action=action, subject=f"suspension:{suspension.pk}", at=at,
        facts={"zone": suspension.zone, "reason": suspension.reason},
    )  # fmt: skip
    outbox.record(
        name=name, key=f"stop:{suspension.pk}:{name}", facts={"stop_id": suspension.pk}, at=at
    )
