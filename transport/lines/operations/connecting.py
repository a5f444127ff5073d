"""A rider names the train they arrive with; when it is late, the run waits, or they get a later one.

Nobody is moved twice for nothing, and nobody is moved back without asking.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.identity import limits
from bookings.orders.models import Line, State
from kernel.errors import Refusal
from kernel.naming import EN, ZH
from kernel.outbox import operations as outbox
from transport.lines import disrupted, kinds, timed
from transport.lines.models import (
    AffectedRide,
    Boarding,
    Connection,
    ConnectionRule,
    Disruption,
    DisruptionKind,
    OnSilence,
    RideChoice,
    RunState,
)
from transport.lines.offers import boarding_window
from transport.lines.operations.choosing import exchange
from transport.lines.operations.disruptions import Reason, announce_delay
from transport.lines.operations.following import tell
from transport.lines.queries import RunRow
from transport.trains import operations as trains
from transport.trains.models import NUMBER, Train, TrainState

_ASKED_BEFORE, _ASKED_AFTER = timedelta(hours=4), timedelta(hours=2)
_MINUTE = timedelta(minutes=1)
_MEETS_WITHIN = timedelta(hours=3)
"""So long a rider may wait at the stop for what the train is to meet: longer, and it is no connection."""
TRAINS_A_DAY = 20
"""So often a day a train is named for one ride: the railway is asked about each of them for hours."""
_WAITING = {ZH: "等候 %s 次列车", EN: "Waits for train %s"}


class NoSuchTrain(Refusal):
    """No train is numbered so."""

    code = "no_such_train"
    status = 400
    message = _("“%(number)s” is not a train's number. They look like G3027 or K8418.")


class NotTimed(Refusal):
    """This stop has no connection to a railway."""

    code = "not_timed"
    message = _("This departure is not timed to trains.")


class AnotherDay(Refusal):
    """The train must come before the ride."""

    code = "another_day"
    status = 400
    message = _("The train must arrive on the day of the ride, or on the day before.")


def name_train(*, line: Line, number: str, day: date | None = None, at: datetime) -> Train | None:
    """A rider arrives with this train, on ``day`` (that of the ride); without a number with none.

    It is asked about from four hours before the ride on. Returns None where none is named any more.

    :raises NoSuchTrain: it is no number. :raises NotTimed: nothing is timed to trains there.
    :raises AnotherDay: it arrives on another day. :raises TooMany: too many were named today. Nothing has
    changed then.
    """
    ride = disrupted.ride_of(line)
    if ride is None or line.state != State.CONFIRMED:
        raise NotTimed(field="train")
    wanted = number.strip().upper()
    if not wanted:
        Boarding.objects.filter(pk=ride.pk).update(train=None)
        return None
    named = limits.per("train-named", str(line.pk), TRAINS_A_DAY, timedelta(days=1))
    limits.spend([named], at=at)
    train = _train(ride, line, wanted, day)
    Boarding.objects.filter(pk=ride.pk).update(train=train)
    follow_train(train_id=train.pk, at=at)
    return train


def name_booked(*, lines: Sequence[Line], at: datetime) -> None:
    """The trains that were named when these lines were bought, in the transaction of delivery; twice is once.

    What is known of them is followed after the commit. Where nothing is timed to it any more it is let be.
    """
    for line in lines:
        number = line.facts.get("train")
        ride = disrupted.ride_of(line) if number else None
        if ride is None or ride.train_id is not None:
            continue
        with contextlib.suppress(NotTimed):
            train = _train(ride, line, number, None)
            Boarding.objects.filter(pk=ride.pk, train=None).update(train=train)
            outbox.record(
                name=trains.CHANGED,
                key=f"train:{train.pk}:line:{line.pk}",
                facts={"train_id": train.pk},
                at=at,
            )


def _train(ride: Boarding, line: Line, number: str, day: date | None) -> Train:
    if not NUMBER.fullmatch(number):
        raise NoSuchTrain(field="train", number=number[:20])
    rule = timed.rule_for(timed.connections_of(ride), number)
    if rule is None:
        raise NotTimed(field="train")
    own_day = line.starts_at.astimezone(ride.run.line.tz).date()
    arrives_on = day or own_day
    if not own_day - timedelta(days=1) <= arrives_on <= own_day:
        raise AnotherDay(field="day")
    return trains.want(
        number=number,
        service_date=arrives_on,
        station=rule.station,
        scheduled_at=timed.scheduled_at(rule, ride.run, number, arrives_on),
        first=line.starts_at - _ASKED_BEFORE,
        until=line.starts_at + _ASKED_AFTER,
    )


def follow_train(*, train_id: int, at: datetime) -> int:
    """Do what the rules say for everybody who arrives with a train; for how many lines something was done.

    What is not known changes nothing. It may be called again at any time.
    """
    train = Train.objects.get(pk=train_id)
    if not train.is_known(at):
        return 0
    rides = Boarding.objects.filter(
        train=train, run__state=RunState.SCHEDULED, line__state=State.CONFIRMED,
        line__starts_at__gt=at,
    )  # fmt: skip
    ids = list(rides.order_by("run_id", "pk").values_list("pk", flat=True))
    return sum(_follow(pk, train, at) for pk in ids)


def _follow(ride_id: int, train: Train, at: datetime) -> bool:
    rows = Boarding.objects.select_related("run__line__region", "run__trip", "line__order__region")
    ride = rows.filter(pk=ride_id).first()
    rule = timed.rule_for(timed.connections_of(ride), train.number) if ride else None
    if ride is None or rule is None:
        return False
    ready_at = _ready_at(train, rule)
    # The run's delay may be newer than what its lines were told: follow_disruption brings them there.
    boards_at = disrupted.boards_at(ride)
    if ready_at is not None and ready_at <= boards_at:
        return False
    if not _counts(train, rule, ride, boards_at):
        return False
    if ready_at is not None and _waits(ride, train, rule, ready_at - boards_at, at):
        return True
    return _rebook(ride, train, ready_at, at)


def _ready_at(train: Train, rule: Connection) -> datetime | None:
    """When its riders can be at the stop; None: nobody knows, it does not run."""
    if train.state == TrainState.CANCELLED or train.expected_at is None:
        return None
    return train.expected_at + timedelta(minutes=rule.transfer_min)


def _counts(train: Train, rule: Connection, ride: Boarding, boards_at: datetime) -> bool:
    """Whether this train may do something for a ride at no charge: it is the one that has done so before,
    or none has, the ride was bought before the delay could be known, and it meets the ride while on time.

    Else anybody gets out of a ride by naming some train that is late. See docs/algorithms/delays.md.
    """
    rows = AffectedRide.objects.filter(
        line=ride.line_id, disruption__kind=DisruptionKind.TRAIN
    ).values_list("disruption__train", flat=True)
    if followed := set(rows):
        return followed == {train.pk}
    late_since = train.late_since
    is_news = late_since is None or ride.line.order.placed_at < late_since
    return is_news and _meets(train, rule, ride, boards_at)


def _meets(train: Train, rule: Connection, ride: Boarding, boards_at: datetime) -> bool:
    """Whether it reaches the ride while it is on time, and not hours before: by the operator's word where
    there is one, or the railway's timetable. Where nobody knows, the railway's word of now counts."""
    entered = timed.scheduled_at(rule, ride.run, train.number, train.service_date)
    on_time = train.expected_at if train.state == TrainState.ON_TIME else None
    arrives_at = entered or train.scheduled_at or on_time
    if arrives_at is None:
        return True
    ready_at = arrives_at + timedelta(minutes=rule.transfer_min)
    return timedelta(0) <= boards_at - ready_at <= _MEETS_WITHIN


def _waits(
    ride: Boarding, train: Train, rule: Connection, missing: timedelta, at: datetime
) -> bool:
    """Let the run wait, by whole minutes, where it may wait so long in all."""
    delay_s = ride.run.delay_s - (-missing // _MINUTE) * 60
    if rule.rule != ConnectionRule.WAIT or delay_s > rule.wait_min * 60:
        return False
    reason = Reason(zh=_WAITING[ZH] % train.number, en=_WAITING[EN] % train.number)
    announce_delay(run=ride.run, delay_s=delay_s, reason=reason, actor="system", at=at)
    return True


def _rebook(ride: Boarding, train: Train, ready_at: datetime | None, at: datetime) -> bool:
    """The next run with room, once; where there is none, or no train, its rider is told to choose."""
    row = _row(ride, train, at)
    if row is None:
        return False
    for found in _later(ride, ready_at, at):
        with contextlib.suppress(Refusal):
            if _put(row, ride, found, at):
                line = Line.objects.select_related("order__region").get(pk=ride.line_id)
                until = {line.pk: line.starts_at}
                tell(kinds.REBOOKED, [line], row.disruption, until, at)
                return True
            return False
    tell(kinds.MISSED, [ride.line], row.disruption, {ride.line_id: row.decide_by}, at)
    return False


def _row(ride: Boarding, train: Train, at: datetime) -> AffectedRide | None:
    """What is asked of this rider because of this train and run; None: that has its answer already."""
    made, _is_new = Disruption.objects.get_or_create(
        run=ride.run,
        train=train,
        kind=DisruptionKind.TRAIN,
        defaults={"has_choice": True, "actor": "system", "made_at": at},
    )
    row, _is_new = AffectedRide.objects.get_or_create(
        disruption=made,
        line=ride.line,
        defaults={
            "part_keys": [part.key for part in ride.line.open_parts],
            "on_silence": OnSilence.REFUND,
            "decide_by": boarding_window(ride.line.starts_at, ride.line.ends_at)[1],
        },
    )
    row.disruption = made
    return row if row.is_open and row.moved_to_id is None else None


def _later(ride: Boarding, ready_at: datetime | None, at: datetime) -> list[RunRow]:
    """The departures that the riders of a late train can reach; only whole lines go over."""
    line = ride.line
    if ready_at is None or len(line.open_parts) != len(line.parts):
        return []
    rows = disrupted.runs_instead(ride, room_for=disrupted.aboard(ride), at=at)
    return [row for row in rows if row.boards_at >= ready_at]


@transaction.atomic
def _put(row: AffectedRide, ride: Boarding, found: RunRow, at: datetime) -> bool:
    """Put a line onto a run; False where somebody else has done so in this moment, or chosen.

    :raises Refusal: there is no room any more, and nothing has changed.
    """
    still = AffectedRide.objects.filter(
        pk=row.pk, choice=RideChoice.OPEN, moved_to__isnull=True, ended_at__isnull=True
    )
    if not still.update(moved_to=found.run, on_silence=OnSilence.KEEP, decide_by=found.boards_at):
        return False
    exchange(ride.line_id, ride, found, at=at)
    return True
