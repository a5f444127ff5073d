"""What stands on the page of a rider's ride, and in which order: what comes next for the rider is first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.identity import actors
from bookings.orders import queries as orders
from bookings.orders.models import Line, Order, State
from bookings.refunds import operations as refunds
from kernel.naming import say
from transport.lines import disrupted, driving, operations, timed
from transport.lines.models import AffectedRide, Boarding, RideChoice
from transport.rides import queries, wording
from transport.rides.forms import LostForm
from transport.rides.queries import Leg

SHOWN_EVERY_S = 10
"""So often a page asks where the vehicle is."""
_COMING = (State.HELD, State.PAID, State.AWAITING_SUPPLIER)
_GONE = (State.LAPSED, State.REFUSED, State.CANCELLED)
_GIVEN_UP = (RideChoice.REFUND, RideChoice.CREDIT)


def page_of(
    request: HttpRequest,
    order: Order,
    line: Line,
    *,
    at: datetime,
    form: LostForm | None = None,
) -> dict[str, Any]:
    """The whole page; of a ride that is not booked any more, or not yet, just that."""
    ride, row = disrupted.ride_of(line), disrupted.affected_ride(line)
    leg = queries.find_leg(order, line.pk)
    page: dict[str, Any] = {
        "order": order,
        "region": order.region,
        "line": line,
        "ride": ride,
        "leg": leg,
        "row": row,
        "is_unconfirmed": line.state in _COMING,
        "is_gone": line.state in _GONE,
        "timetable_at": line.starts_at - ride.run.delay if ride else line.starts_at,
        "why": _why(ride, row),
        "said": _said(line, row),
    }
    if leg is None or ride is None:
        return page
    page |= _choices(request, order, line, row, at) if row else {}
    page |= _trains(ride, line, at)
    page |= _vehicle(request, order, leg, at)
    page |= {
        "seats": line.facts.get("seats") or (),
        "lost": queries.lost_of(leg.line_id),
        "form": form or (LostForm() if leg.has_left(at) else None),
    }
    return page | {"is_near": leg.is_near(at), "sections": list(_sections(page, leg, at))}


def where(leg: Leg, *, at: datetime) -> dict[str, Any]:
    """Where the vehicles of a ride are, and whom to call: the piece that a page asks for again."""
    seen = queries.vehicles_of(leg, at=at)
    return {
        "vehicles": wording.where(leg, seen),
        "stops": wording.rows(leg, seen),
        "waiting": wording.waiting(leg, at=at),
        "telephones": sorted({each.vehicle.telephone for each in seen} - {""}),
        "is_over": not leg.is_shown(at),
    }


def _sections(page: dict[str, Any], leg: Leg, at: datetime) -> Iterator[str]:
    """The names of the sections, the one that the rider needs next first."""
    if page.get("is_open"):
        yield "choices"
    if leg.is_shown(at) and not leg.is_cancelled:
        if leg.is_near(at):
            yield from ("where", "share")
        if page.get("stations"):
            yield "train"
        if not leg.is_near(at):
            yield from ("where", "share")
    if page["form"] or page["lost"]:
        yield "lost"


def _vehicle(request: HttpRequest, order: Order, leg: Leg, at: datetime) -> dict[str, Any]:
    """Where it is, which one it will be, and the link that shows it to somebody else."""
    link = queries.link_of(leg.line_id)
    address = reverse("rides:linked", args=[link.token]) if link else ""
    # Once it may be on the way, it is told which one really drives.
    is_known = leg.is_cancelled or leg.is_near(at)
    assigned = [] if is_known else driving.of_run(leg.run.pk)
    return {
        "assigned": [each.vehicle.label for each in assigned],
        "link_url": request.build_absolute_uri(address) if address else "",
        "until": leg.alights_at + queries.LIVES_ON,
        "now_url": reverse("rides:now", args=[order.token, leg.line_id]),
        "every_s": SHOWN_EVERY_S,
        **where(leg, at=at),
    }


def _choices(
    request: HttpRequest, order: Order, line: Line, row: AffectedRide, at: datetime
) -> dict[str, Any]:
    """What the rider may choose, as long as nothing was chosen."""
    if not row.is_open or line.state != State.CONFIRMED:
        return {}
    row.line.order = order
    runs = operations.runs_of(row, at=at)
    later = [each for each in runs if each.boards_at > row.line.starts_at]
    return {
        "is_open": True,
        "runs": runs,
        "next_run": next(iter(later or runs), None),
        "voucher": operations.voucher_of(row, at=at),
        "voucher_until": at + timedelta(days=refunds.BONUS_DAYS),
        "owner": owner_of(request, order),
    }


def _trains(ride: Boarding, line: Line, at: datetime) -> dict[str, Any]:
    """What may be named, and what is known of the train that was."""
    if line.state != State.CONFIRMED or line.starts_at <= at:
        return {}
    connections = timed.connections_of(ride)
    train = ride.train
    day = line.starts_at.astimezone(ride.run.line.tz).date()
    return {
        "stations": list(dict.fromkeys(row.station for row in connections)),
        "numbers": [row.train_number for row in connections if row.train_number],
        "rule": timed.rule_for(connections, train.number) if train else None,
        "train": train,
        "is_known": train is not None and train.is_known(at),
        "train_days": _days(day),
        "train_day": train.service_date if train else day,
    }


def _days(day: date) -> list[date]:
    return [day - timedelta(days=1), day]


def _why(ride: Boarding | None, row: AffectedRide | None) -> str:
    """Why the run is late or called off."""
    if row is not None and row.is_open and row.disruption.why:
        return say(row.disruption.why)
    found = disrupted.reason_for([ride.run_id]) if ride else {}
    return say(next(iter(found.values()))) if found else ""


def _said(line: Line, row: AffectedRide | None) -> str:
    """What a choice has done, where it still says how things stand."""
    if row is None or row.ended_at is None:
        return ""
    choice = RideChoice(row.choice)
    is_so = (choice in _GIVEN_UP) == (line.state in _GONE)
    return wording.chosen(choice) if is_so else ""


def owner_of(request: HttpRequest, order: Order) -> str:
    """Who has signed in and is the buyer; nobody else gets the voucher."""
    user = actors.user_of(request)
    mine = orders.is_buyers(order, actors.all_of(request), actors.phone_index_of(request))
    return user.actor if user and mine else ""
