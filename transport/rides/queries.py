"""Reads of a rider's ride: where its vehicle is, the link that shows it, what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Order, State
from kernel.errors import NotFound, Refusal
from transport.lines import driving
from transport.lines import queries as lines
from transport.lines.models import Boarding, Run, RunState
from transport.lines.queries import Stops
from transport.rides.models import LostItem, VehicleLink
from transport.telematics import queries as telematics
from transport.telematics.queries import Seen

LIVES_ON = timedelta(minutes=30)
"""A link shows the vehicle so long after the ride should have ended."""
ASKABLE_FOR = timedelta(days=30)
"""So long after the departure one may ask for what one has left."""
RIDING = (State.CONFIRMED, State.USED)
"""A ride that is paid, and may be going on."""


class LinkOver(Refusal):
    """The ride is over, was given up, or the rider has ended the link."""

    code = "link_over"
    status = 404
    message = _("This link is over: the ride has ended, or its rider does not show it any more.")


@dataclass(frozen=True, slots=True)
class Leg:
    """One ride of an order: a run, and the stops between which it is; positions in ``stops``."""

    line_id: int
    run: Run
    stops: Stops
    board: int
    alight: int

    @property
    def boards_at(self) -> datetime:
        """When it begins, with the delay that was announced."""
        return self.run.leaves_at + timedelta(seconds=self.stops[self.board].departs_s)

    @property
    def alights_at(self) -> datetime:
        """When it ends, with the delay that was announced."""
        return self.passes_at(self.alight)

    def passes_at(self, number: int) -> datetime:
        """When it comes to a stop, with the delay that was announced."""
        return self.run.leaves_at + timedelta(seconds=self.stops[number].arrives_s)

    @property
    def is_cancelled(self) -> bool:
        return self.run.state == RunState.CANCELLED

    def is_near(self, at: datetime) -> bool:
        """Whether its vehicle may be seen on the way by now."""
        return at >= self.run.departs_at - driving.BEFORE

    def is_shown(self, at: datetime) -> bool:
        """Whether a link may still show its vehicle."""
        return at < self.alights_at + LIVES_ON

    def has_left(self, at: datetime) -> bool:
        """Whether something may have been left in it, not too long ago."""
        return self.boards_at <= at < self.run.departs_at + ASKABLE_FOR


def leg_of(order: Order, line_id: int) -> Leg:
    """The ride of a line of an order. Two statements.

    :raises NotFound: it is no ride, or one that was given up or is not paid.
    """
    return _leg(Boarding.objects.filter(line=line_id, line__order=order))


def find_leg(order: Order, line_id: int) -> Leg | None:
    """The ride of a line of an order; None where it is given up, or not paid yet."""
    try:
        return leg_of(order, line_id)
    except NotFound:
        return None


def leg_of_link(link: VehicleLink) -> Leg:
    """The ride that a link shows. Two statements. :raises NotFound: it was given up."""
    return _leg(Boarding.objects.filter(line=link.line_id))


def link_of(line_id: int) -> VehicleLink | None:
    """The link that a rider has made and not ended."""
    return VehicleLink.objects.filter(line=line_id, revoked_at__isnull=True).first()


def open_link(token: str, *, at: datetime) -> Leg:
    """The ride that a link's token shows.

    :raises NotFound: there is no such link. :raises LinkOver: it is over.
    """
    link = VehicleLink.objects.filter(token=token).first()
    if link is None:
        raise NotFound
    if link.revoked_at is not None:
        raise LinkOver
    try:
        leg = leg_of_link(link)
    except NotFound:
        raise LinkOver from None
    if not leg.is_shown(at):
        raise LinkOver
    return leg


def vehicles_of(leg: Leg, *, at: datetime) -> list[Seen]:
    """The vehicles that drive a ride's run at this moment. At most four statements."""
    return [] if leg.is_cancelled else telematics.of_run(leg.run, at=at)


def lost_of(line_id: int) -> list[LostItem]:
    """What was asked for after a ride, the newest first."""
    return list(LostItem.objects.filter(line=line_id).order_by("-asked_at", "-pk"))


def _leg(rides: QuerySet[Boarding]) -> Leg:
    ride = (
        rides.filter(line__state__in=RIDING)
        .select_related("run__line__region", "run__line__organisation")
        .first()
    )
    if ride is None:
        raise NotFound
    stops = lines.stops_of([ride.run.pattern_id]).get(ride.run.pattern_id, ())
    if ride.alight_seq >= len(stops):
        raise NotFound
    return Leg(ride.line_id, ride.run, stops, ride.board_seq, ride.alight_seq)
