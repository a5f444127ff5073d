"""What operators do to a run on the day: it is late, it is called off, it runs after all. Audited.

What follows for its riders is done outside of this transaction, within seconds (``following``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from bookings.orders import queries as orders
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from transport.lines import disrupted
from transport.lines.models import (
    MOST_DELAY,
    Boarding,
    Disruption,
    DisruptionKind,
    OnSilence,
    RideChoice,
    Run,
    RunState,
)
from transport.lines.models.disruptions import AffectedRide

DISRUPTED = "transport.run.disrupted"


class RunIsCalledOff(Refusal):
    """It does not run, so it is not late either."""

    code = "run_is_called_off"
    message = _("%(run)s is called off. Let it run again first.")


class RunHasEnded(Refusal):
    """Everybody has arrived."""

    code = "run_has_ended"
    message = _("%(run)s is over: nobody can be told to come at another time.")


class TooLongADelay(Refusal):
    """Then it does not take place."""

    code = "too_long_a_delay"
    status = 400
    message = _("A departure is late by 12 hours at most. Please call it off instead.")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in two languages; either may be empty."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """Whom an act at a run concerns."""

    orders: int
    people: int


def touched_by(run: Run) -> Touched:
    """How many hold seats on a run, before anything is done. Nothing is written."""
    rides = Boarding.objects.filter(run=run, line__state__in=orders.TO_COME)
    people = rides.aggregate(people=Sum("riders"))["people"] or 0
    return Touched(rides.values("line__order").distinct().count(), people)


def announce_delay(
    *, run: Run, delay_s: int, reason: Reason, actor: str, at: datetime
) -> Disruption | None:
    """A run is so many seconds late from now on, 0: on time again. None where that is said already.

    Riders are told within seconds; from the line's own number of minutes on they may choose otherwise.

    :raises TooLongADelay: of 12 hours or more. :raises RunIsCalledOff: it does not run. :raises RunHasEnded:
        it has arrived. Nothing has changed then.
    """
    if not 0 <= delay_s <= MOST_DELAY.total_seconds():
        raise TooLongADelay(field="minutes")
    with transaction.atomic():
        run = _locked(run)
        if run.state != RunState.SCHEDULED:
            raise RunIsCalledOff(run=str(run))
        if run.delay_s == delay_s:
            return None
        later = max(run.delay, timedelta(seconds=delay_s))
        if disrupted.arrives_at(run, later) <= at:
            raise RunHasEnded(run=str(run))
        has_choice = _gives_choice(run, delay_s)
        Run.objects.filter(pk=run.pk).update(delay_s=delay_s)
        return _record(
            run, DisruptionKind.DELAY, reason, actor, at, has_choice=has_choice, delay_s=delay_s
        )


def cancel_run(*, run: Run, actor: str, at: datetime, reason: Reason | None = None) -> list[str]:
    """Call a run off: nobody buys it any more, and who has paid chooses, or gets everything back.

    Returns the codes of the orders that hold seats on it. An order that is paid only now is refused at
    delivery. Calling it off again changes nothing.
    """
    with transaction.atomic():
        run = _locked(run)
        if run.state == RunState.SCHEDULED:
            Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
            _record(run, DisruptionKind.CANCEL, reason or Reason(), actor, at, has_choice=True)
    return list(orders.holding_buckets(run.segments).values_list("code", flat=True))


def restore_run(*, run: Run, actor: str, at: datetime) -> None:
    """Put a run that was called off back on sale. Who has not chosen yet rides, and may still choose.

    Whoever has the money back must buy again. Twice is once.
    """
    with transaction.atomic():
        run = _locked(run)
        if run.state == RunState.CANCELLED:
            Run.objects.filter(pk=run.pk).update(state=RunState.SCHEDULED)
            _record(run, DisruptionKind.RESTORE, Reason(), actor, at, has_choice=True)


def _locked(run: Run) -> Run:
    rows = Run.objects.select_related("line__region", "trip")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=run.pk)


def _gives_choice(run: Run, delay_s: int) -> bool:
    """Whether riders may choose at this delay; who may once may still when it shrinks."""
    if delay_s >= run.line.choice_from_min * 60:
        return True
    given = Disruption.objects.filter(run=run, kind=DisruptionKind.DELAY, has_choice=True)
    return bool(run.delay_s) and given.exists()


def _record(
    run: Run, kind: DisruptionKind, reason: Reason, actor: str, at: datetime, **more: Any
) -> Disruption:
    """The row, the audit's line, and the fact for who follows. It takes the place of those before.

    Who could choose by one before, and has not, stays on the run until this one says otherwise.
    """
    before = Disruption.objects.filter(run=run, ended_at__isnull=True)
    before = before.exclude(kind=DisruptionKind.TRAIN)
    asked = AffectedRide.objects.filter(
        disruption__run=run, choice=RideChoice.OPEN, ended_at__isnull=True
    ).exclude(disruption__kind=DisruptionKind.TRAIN)
    if kind == DisruptionKind.RESTORE:
        asked.update(on_silence=OnSilence.KEEP)
    else:
        asked.update(choice=RideChoice.KEEP, chosen_at=at, ended_at=at)
    before.update(ended_at=at)
    made = Disruption.objects.create(
        run=run,
        kind=kind,
        actor=actor,
        made_at=at,
        reason_zh=reason.zh,
        reason_en=reason.en,
        **more,
    )
    audit.record(
        actor=actor, action=_ACTIONS[kind], subject=f"run:{run.pk}", at=at,
        facts={"reason": reason.zh or reason.en, "delay_s": made.delay_s},
    )  # fmt: skip
    outbox.record(
        name=DISRUPTED,
        key=f"disruption:{made.pk}",
        facts={"disruption_id": made.pk, "run_id": run.pk},
        at=at,
    )
    return made


_ACTIONS = {
    DisruptionKind.DELAY: "lines.delay-run",
    DisruptionKind.CANCEL: "lines.cancel-run",
    DisruptionKind.RESTORE: "lines.restore-run",
}
