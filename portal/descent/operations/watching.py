"""Look whether everybody comes down, say so early enough, and send buses."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.messages import operations as messages
from accounts.organisations import queries as organisations
from kernel.errors import Refusal
from portal.descent import queries
from portal.descent.kinds import SHORT
from portal.descent.models import Mountain, Shortfall
from portal.descent.operations.thresholds import follow, lay_out
from portal.descent.queries import Now
from transport.direct import operations as direct
from transport.direct.models import DirectShuttle, ShuttleDeparture


class NotAWayDown(Refusal):
    """No bus of this house leads down from there."""

    code = "not_a_way_down"
    message = _("This shuttle does not lead down from here. Please choose one of the list.")


def look(*, at: datetime) -> int:
    """Judge every mountain; how many shortfalls are new. Two who look at the same moment write one."""
    return sum(_judge(queries.now_at(mountain, at=at), at) for mountain in queries.mountains())


def follow_all(*, at: datetime) -> None:
    """Bring the thresholds of all coming days up to date: ways close, buses are added."""
    for mountain in queries.mountains().filter(confirmed_at__isnull=False):
        today = mountain.region.local_date(at)
        rows = mountain.thresholds.filter(date__gte=today)
        for day in sorted(set(rows.values_list("date", flat=True))):
            lay_out(mountain=mountain, day=day, at=at)


def _judge(now: Now, at: datetime) -> int:
    mountain, lack = now.mountain, now.lack
    standing = Shortfall.objects.filter(mountain=mountain, ended_at__isnull=True)
    if lack is None:
        standing.update(ended_at=at)
        return 0
    today = mountain.region.local_date(at)
    standing.exclude(date=today).update(ended_at=at)
    with transaction.atomic():
        row, is_new = Shortfall.objects.get_or_create(
            mountain=mountain,
            ended_at__isnull=True,
            defaults={
                "date": today, "raised_at": at, "people": lack.people, "places": lack.places,
                "buses": lack.buses,
            },
        )  # fmt: skip
        if is_new:
            _tell(row, at)
    if not is_new:
        standing.update(people=lack.people, places=lack.places, buses=lack.buses)
    return int(is_new)


def _tell(row: Shortfall, at: datetime) -> None:
    """Say to the desk of the mountain, and of every house whose buses lead down, what is needed."""
    mountain = row.mountain
    houses = {mountain.organisation_id} | {
        way.shuttle.line.organisation_id
        for way in queries.ways_of(mountain)
        if way.is_down and way.shuttle is not None
    }
    notes = [
        messages.Note(
            kind=SHORT.name,
            key=f"descent:{row.pk}:{user_id}",
            facts={
                "mountain": mountain.words,
                "people": str(row.people),
                "places": str(row.places),
                "buses": str(row.buses),
            },
            user_id=user_id,
            link=messages.Link("descent:board", (str(mountain.pk),)),
            about=f"descent:{row.pk}",
            zone=mountain.region.timezone,
        )
        for user_id in organisations.desk_of(houses)
    ]
    messages.tell(notes, at=at)


def send_bus(
    *,
    mountain: Mountain,
    shuttle: DirectShuttle,
    minutes: int,
    seats: int,
    request_key: str,
    actor: str,
    at: datetime,
) -> ShuttleDeparture:
    """Send one more bus for those who are up; its places count at once. Audited by the shuttle's room.

    :raises NotAWayDown: it leads elsewhere. :raises Refusal: as ``direct.send_extra``.
    """
    downs = {way.shuttle_id for way in queries.ways_of(mountain) if way.is_down}
    if shuttle.pk not in downs:
        raise NotAWayDown(field="shuttle")
    vehicle = direct.send_extra(
        shuttle=shuttle, due_at=at + timedelta(minutes=minutes), seats=seats,
        request_key=request_key, actor=actor, at=at,
    )  # fmt: skip
    follow(mountain=mountain, day=mountain.region.local_date(at), at=at)
    _judge(queries.now_at(mountain, at=at), at)
    return vehicle
