"""Shut something at once, look first at whom it meets, undo it, open again.

What is shut is shown and no longer sold from this moment on. What it means for those who have booked
is carried out when it can no longer be undone and, where they are many, somebody else has confirmed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.vouchers import passages
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from tourism.areas.models import Cableway, Gate, ScenicArea
from tourism.crowd import queries
from tourism.crowd.models import Stop, StopState
from tourism.crowd.models.stops import UNDO_FOR
from tourism.crowd.shutting import span, zones_of

STOPPED, REOPENED = "tourism.crowd.stopped", "tourism.crowd.reopened"
_NAMES_SHOWN = 12


class WrongThing(Refusal):
    """The gate or cableway is not one of the area."""

    status = 400
    message = _("This is not one of this area.")


class TooLong(Refusal):
    """A stop is for now."""

    status = 400
    message = _(
        "A stop lasts 48 hours at most. Please enter the days as a closure of the area instead."
    )


class AlreadyShut(Refusal):
    """There is a stop of it already."""

    message = _("%(name)s is shut already. Open it first, or wait until then.")


class TooLateToUndo(Refusal):
    """The minute is over, or it is no longer shut."""

    message = _("It can no longer be undone. Open it again instead.")


class NotTwo(Refusal):
    """The same person, or nothing to confirm."""

    message = _("Somebody else than who made it must confirm it, once.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shut, from when, until when and why; neither gate nor cableway: the whole area."""

    area: ScenicArea
    starts_at: datetime
    until: datetime | None
    reason_zh: str
    reason_en: str
    gate: Gate | None = None
    cableway: Cableway | None = None

    def draft(self) -> Stop:
        """The stop that it would be. :raises WrongThing: it is not one of the area."""
        for part in (self.gate, self.cableway):
            if part is not None and part.area_id != self.area.pk:
                raise WrongThing
        return Stop(
            area=self.area, gate=self.gate, cableway=self.cableway, starts_at=self.starts_at,
            until=self.until, reason_zh=self.reason_zh, reason_en=self.reason_en,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a stop meets: so many people, by part and hour, some of their names, and who is still in.

    ``needs_second``: so many that somebody else must confirm it. ``ways``: where a gate is shut, by which
    others people still come in.
    """

    name: str
    people: int
    by_hour: tuple[tuple[datetime, str, int], ...]
    names: tuple[str, ...]
    still_in: int
    needs_second: bool
    ways: tuple[str, ...] | None = None


def preview(wanted: Wanted, *, at: datetime) -> Preview:
    """Look before anything is shut. Changes nothing.

    :raises WrongThing: the gate or cableway is not one of the area.
    """
    draft = wanted.draft()
    region = wanted.area.region
    held, ways = _met(draft, at)
    by_hour: dict[tuple[datetime, str], int] = {}
    for one in held:
        hour = one.starts_at.astimezone(region.tz).replace(minute=0, second=0, microsecond=0)
        by_hour[hour, one.title] = by_hour.get((hour, one.title), 0) + 1
    return Preview(
        name=draft.name,
        people=len(held),
        by_hour=tuple((hour, title, count) for (hour, title), count in sorted(by_hour.items())),
        names=tuple(one.holder for one in held if one.holder)[:_NAMES_SHOWN],
        still_in=_still_in(draft, at),
        needs_second=len(held) > _limit(wanted.area),
        ways=ways,
    )


def _met(draft: Stop, at: datetime) -> tuple[list[passages.ToCome], tuple[str, ...] | None]:
    """Who has booked what it takes the use of; of a gate, who gets in by no other that is open."""
    if draft.cableway is not None:
        return passages.to_come([draft.zone], *span(draft, at=at)), None
    if draft.gate is None:
        return passages.to_come(zones_of(draft.area), *span(draft, at=at)), None
    others = queries.other_ways(draft, at=at)
    to_come = passages.to_come([draft.area.zone], *span(draft, at=at))
    held = [one for one in to_come if not _gets_in(one, frozenset(others), draft.gate)]
    return held, tuple(others.values())


def _gets_in(one: passages.ToCome, others: frozenset[str], shut: Gate) -> bool:
    """Whether a gate that is open lets somebody in; whom this one would not have let in is not met."""
    if one.doors and shut.slug not in one.doors:
        return True
    return bool(others & one.doors) if one.doors else bool(others)


def _still_in(stop: Stop, at: datetime) -> int:
    if stop.cableway is not None:
        up, down = queries.rides(stop.cableway, region=stop.area.region, at=at)
        return max(0, up - down)
    return queries.inside([stop.area_id], at=at)[stop.area_id].people


def _limit(area: ScenicArea) -> int:
    watch = queries.watch_of(area)
    return watch.confirm_above if watch else 200


def stop(wanted: Wanted, *, actor: str, at: datetime) -> Stop:
    """Shut it: shown, and no longer sold, from now on. Audited.

    :raises WrongThing: it is not one of the area. :raises AlreadyShut: it has a stop already.
    :raises TooLong: it ends, or begins, more than two days from now.
    """
    if (wanted.until or wanted.starts_at) - at > queries.STOP_AT_MOST:
        raise TooLong(field="until")
    seen = preview(wanted, at=at)
    row = wanted.draft()
    row.affected, row.needs_second = seen.people, seen.needs_second
    row.made_by, row.made_at = actor, at
    try:
        with transaction.atomic():
            row.save()
            _note(row, "crowd.stop.made", actor, at)
    except IntegrityError:
        raise AlreadyShut(name=row.name) from None
    return row


def undo(*, stop_id: int, actor: str, at: datetime) -> None:
    """Take a stop back within its first minute, as if it had never been. Audited.

    :raises TooLateToUndo: the minute is over, or its work has begun.
    """
    rows = Stop.objects.filter(
        pk=stop_id, state=StopState.STANDING, made_at__gt=at - UNDO_FOR, carried_out_at__isnull=True
    )
    with transaction.atomic():
        if not rows.update(state=StopState.UNDONE, ended_at=at, ended_by=actor):
            raise TooLateToUndo
        _note(Stop.objects.get(pk=stop_id), "crowd.stop.undone", actor, at)


def confirm(*, stop_id: int, actor: str, at: datetime) -> None:
    """Confirm a stop that meets many people: somebody else than who made it. Audited.

    :raises NotTwo: the same person, or there is nothing to confirm.
    """
    rows = Stop.objects.filter(
        pk=stop_id, state=StopState.STANDING, needs_second=True, confirmed_at__isnull=True
    )
    with transaction.atomic():
        if not rows.exclude(made_by=actor).update(confirmed_at=at, confirmed_by=actor):
            raise NotTwo
        _note(Stop.objects.get(pk=stop_id), "crowd.stop.confirmed", actor, at)


def reopen(*, stop_id: int, actor: str, at: datetime) -> None:
    """Open it again: shown and sold at once. Audited. Once; again is nothing.

    What was carried out is told to who has to take it back: "tourism.crowd.reopened".
    """
    rows = Stop.objects.filter(pk=stop_id, state=StopState.STANDING)
    with transaction.atomic():
        if not rows.update(state=StopState.ENDED, ended_at=at, ended_by=actor):
            return
        row = Stop.objects.get(pk=stop_id)
        _note(row, "crowd.stop.ended", actor, at)
        if row.carried_out_at is not None:
            _tell(row, REOPENED, actor, at)


def carry_out(*, at: datetime) -> int:
    """Begin what follows from the stops that can no longer be undone; how many there were.

    Those whose time is over are ended first. Each once: the event "tourism.crowd.stopped" is recorded with
    the compare-and-set that marks it.
    """
    over = Stop.objects.filter(state=StopState.STANDING, until__lte=at)
    for stop_id in list(over.order_by("pk").values_list("pk", flat=True)):
        reopen(stop_id=stop_id, actor="system", at=at)
    due = Stop.objects.filter(
        state=StopState.STANDING, carried_out_at__isnull=True, made_at__lte=at - UNDO_FOR
    )
    return sum(_carry_out(row, at) for row in due.order_by("pk") if _is_confirmed(row))


def _is_confirmed(row: Stop) -> bool:
    return not row.needs_second or row.confirmed_at is not None


def _carry_out(row: Stop, at: datetime) -> bool:
    rows = Stop.objects.filter(pk=row.pk, state=StopState.STANDING, carried_out_at__isnull=True)
    with transaction.atomic():
        if not _mark(rows, carried_out_at=at):
            return False
        _tell(row, STOPPED, row.made_by, at)
    return True


def _mark(rows: QuerySet[Stop], **moved: Any) -> int:
    """Compare and set: nothing where it is no longer as it was looked at."""
    return rows.update(**moved)


def _tell(row: Stop, name: str, actor: str, at: datetime) -> None:
    starts_at, until = span(row, at=at)
    outbox.record(
        name=name,
        key=f"{name.rpartition('.')[2]}:{row.pk}",
        facts={
            "stop_id": row.pk,
            "zone": row.zone,
            "starts_at": starts_at.isoformat(),
            "until": until.isoformat(),
            "reason_zh": row.reason_zh,
            "reason_en": row.reason_en,
            "actor": actor,
        },
        at=at,
    )


def _note(row: Stop, action: str, actor: str, at: datetime) -> None:
    facts = {
        "area": row.area_id, "gate": row.gate_id, "cableway": row.cableway_id,
        "affected": row.affected,
    }  # fmt: skip
    audit.record(actor=actor, action=action, subject=f"stop:{row.pk}", at=at, facts=facts)
