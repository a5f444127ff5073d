"""From which bay a run leaves: for its riders, who have bought already, too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from accounts.messages import operations as messages
from bookings.contracts import Words
from bookings.news import operations as news
from bookings.orders import operations as orders
from bookings.orders.models import Line, State
from kernel.audit import operations as audit
from transport.lines import kinds, queries
from transport.lines.models import Boarding, Pattern, Run, RunState
from transport.lines.operations.following import about
from transport.lines.ways import bay_words

SOON = timedelta(days=1)
"""Who rides within this time hears of a bay even if none was said before; else of another one only."""


def set_bay(*, run: Run, bay: str, actor: str, at: datetime) -> None:
    """Let a run leave its first stop from this bay; empty: from the usual one. Audited.

    Its riders read it in their orders, and are told where they have read another one.
    """
    with transaction.atomic():
        Run.objects.filter(pk=run.pk).update(bay=bay)
        audit.record(
            actor=actor, action="lines.set-bay", subject=f"run:{run.pk}", facts={"bay": bay}, at=at
        )
        _say_where([run.pk], at)


def follow_bays(*, pattern: Pattern, at: datetime) -> None:
    """Tell who has bought rides of coming runs from which bay of a pattern's stops they leave now."""
    coming = Run.objects.filter(pattern=pattern, state=RunState.SCHEDULED, departs_at__gt=at)
    with transaction.atomic():
        _say_where(list(coming.values_list("pk", flat=True)), at)


def _say_where(run_ids: Collection[int], at: datetime) -> None:
    rides = Boarding.objects.filter(run_id__in=run_ids).select_related("run")
    patterns = queries.stops_of({ride.run.pattern_id for ride in rides})
    runs = {ride.line_id: ride.run_id for ride in rides}
    now = {
        ride.line_id: bay_words(
            queries.bay_of(ride.run, patterns[ride.run.pattern_id], ride.board_seq)
        )
        for ride in rides
    }
    _tell(orders.say_where(now), now, runs, at)


def _tell(
    before: Mapping[int, Words], now: Mapping[int, Words], runs: Mapping[int, int], at: datetime
) -> None:
    """A message to who is to ride and has read another bay, or none and rides soon."""
    lines = Line.objects.filter(pk__in=before, state=State.CONFIRMED, starts_at__gt=at)
    messages.tell(
        [
            news.note(
                line.order, kinds.BAY, f"{line.pk}:{at.isoformat()}",
                {
                    "what": news.what([line]),
                    "when": line.starts_at.astimezone(line.order.region.tz),
                    "bay": now[line.pk],
                },
                about=about(runs[line.pk]), good_until=line.starts_at,
            )
            for line in lines.select_related("order__region").order_by("pk")
            if now[line.pk] and (before[line.pk] or line.starts_at <= at + SOON)
        ],
        at=at,
    )  # fmt: skip
