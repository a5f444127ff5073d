"""What crews and operators say of vehicles: one comes, one leaves now, one more is sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.audit import operations as audit
from kernel.errors import Refusal
from transport.direct.models import DirectShuttle, ShuttleDeparture, Window, WindowState
from transport.direct.operations.windows import enlarge
from transport.lines.models import MOST_SEATS

SAID_AT_MOST = timedelta(hours=12)
MOST_WAITING = 20_000


class TooManyAboard(Refusal):
    """More people than places."""

    code = "too_many_aboard"
    status = 400
    message = _("This vehicle has %(seats)s places: please say at most so many people.")


class NoSuchFigure(Refusal):
    """A number out of bounds."""

    code = "no_such_figure"
    status = 400
    message = _("Please say a number from %(least)s to %(most)s.")


class NotThen(Refusal):
    """A moment that is past, or too far away."""

    code = "not_then"
    status = 400
    message = _("Please say a time within the next twelve hours.")


class NothingRuns(Refusal):
    """No boarding window is open any more to which a vehicle could be added."""

    code = "nothing_runs"
    message = _("%(shuttle)s carries nobody any more at that time. Please choose an earlier time.")


def say_coming(
    *,
    shuttle: DirectShuttle,
    due_at: datetime,
    seats: int,
    request_key: str,
    actor: str,
    at: datetime,
) -> ShuttleDeparture:
    """A vehicle of so many seats will leave at ``due_at``. The same request is one vehicle.

    :raises NoSuchFigure, NotThen: out of bounds; nothing has changed.
    """
    _check_seats(seats)
    _check_time(due_at, at)
    made, _is_new = ShuttleDeparture.objects.get_or_create(
        shuttle=shuttle,
        request_key=request_key,
        defaults={"seats": seats, "due_at": due_at, "said_by": actor},
    )
    return made


def depart(
    *,
    shuttle: DirectShuttle,
    people: int,
    seats: int,
    request_key: str,
    actor: str,
    at: datetime,
    still_waiting: int | None = None,
) -> ShuttleDeparture:
    """A vehicle leaves now with so many people. It is the one that was said to come first, if any.

    The same request is one departure. :raises NoSuchFigure, TooManyAboard: nothing has changed.
    """
    _check_seats(seats)
    _check(people, 0, MOST_SEATS, "people")
    if still_waiting is not None:
        _check(still_waiting, 0, MOST_WAITING, "still_waiting")
    if people > seats:
        raise TooManyAboard(field="people", seats=seats)
    with transaction.atomic():
        DirectShuttle.objects.select_for_update(of=("self",), no_key=True).get(pk=shuttle.pk)
        told = Q(leaving_key=request_key) | Q(request_key=request_key)
        known = ShuttleDeparture.objects.filter(told, shuttle=shuttle).first()
        if known is not None:
            return known
        # One that was said to come keeps the key of that: told again, it is no second vehicle.
        vehicle = _first_due(shuttle, at) or ShuttleDeparture(
            shuttle=shuttle, request_key=request_key
        )
        vehicle.seats, vehicle.people, vehicle.left_at = seats, people, at
        vehicle.still_waiting, vehicle.said_by = still_waiting, actor
        vehicle.leaving_key = request_key
        vehicle.save()
    return vehicle


def send_extra(
    *,
    shuttle: DirectShuttle,
    due_at: datetime,
    seats: int,
    request_key: str,
    actor: str,
    at: datetime,
) -> ShuttleDeparture:
    """Send one more vehicle: it is said to come, and its places are sold in the window of that time.

    Audited. The same request is one vehicle. :raises NoSuchFigure, NotThen, NothingRuns: nothing has
    changed.
    """
    _check_seats(seats)
    _check_time(due_at, at)
    with transaction.atomic():
        DirectShuttle.objects.select_for_update(of=("self",), no_key=True).get(pk=shuttle.pk)
        known = ShuttleDeparture.objects.filter(shuttle=shuttle, request_key=request_key).first()
        if known is not None:
            return known
        window = _window_at(shuttle, due_at)
        enlarge(window, seats, vehicles=1, at=at)
        facts = {"window_id": window.pk, "seats": seats, "due_at": due_at.isoformat()}
        subject = f"direct:{shuttle.pk}"
        audit.record(actor=actor, action="direct.send-extra", subject=subject, at=at, facts=facts)
        return ShuttleDeparture.objects.create(
            shuttle=shuttle, seats=seats, due_at=due_at, request_key=request_key, said_by=actor,
            window=window,
        )  # fmt: skip


def _first_due(shuttle: DirectShuttle, at: datetime) -> ShuttleDeparture | None:
    """The vehicle that was said to come first and has not left; those of yesterday never came."""
    due = ShuttleDeparture.objects.filter(
        shuttle=shuttle, left_at__isnull=True, due_at__gt=at - SAID_AT_MOST
    )
    return due.select_for_update().order_by("due_at", "pk").first()


def _window_at(shuttle: DirectShuttle, due_at: datetime) -> Window:
    """The open window of a moment; right at its end it is still the one before."""
    open_windows = Window.objects.select_for_update(of=("self",), no_key=True).filter(
        shuttle=shuttle, state=WindowState.SCHEDULED, starts_at__lte=due_at, ends_at__gte=due_at
    )
    window = open_windows.order_by("starts_at").first()
    if window is None:
        raise NothingRuns(field="due_at", shuttle=str(shuttle))
    return window


def _check_seats(seats: int) -> None:
    _check(seats, 1, MOST_SEATS, "seats")


def _check(number: int, least: int, most: int, field: str) -> None:
    if not least <= number <= most:
        raise NoSuchFigure(field=field, least=least, most=most)


def _check_time(due_at: datetime, at: datetime) -> None:
    if not at <= due_at <= at + SAID_AT_MOST:
        raise NotThen(field="due_at")
