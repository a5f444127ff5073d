"""Say to who was not drawn that it was not for them this time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db.models import QuerySet

from accounts.messages import operations as messages
from accounts.messages.kinds import Kind
from bookings.draws.kinds import CALLED_OFF, LOST
from bookings.draws.models import Slip
from kernel import seals

_BATCH = 500


def tell_losers(*, draw_id: int, at: datetime) -> None:
    """Write one message to every party that has not won, each once."""
    _tell(Slip.objects.filter(draw=draw_id, has_won=False), _lost, at)


def tell_called_off(*, draw_id: int, at: datetime) -> None:
    """Write one message to every party of a draw that was called off, each once."""
    _tell(Slip.objects.filter(draw=draw_id), _off, at)


def _tell(rows: QuerySet[Slip], note: Callable[[Slip], messages.Note], at: datetime) -> None:
    rows = rows.select_related("draw__region")
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), _BATCH):
        some = rows.filter(pk__in=ids[first : first + _BATCH]).order_by("pk")
        messages.tell([note(slip) for slip in some], at=at)


def heard_over(*, entry_id: int, at: datetime) -> None:
    """A winner who could not be given the places after all is told the same; others are nobody's here."""
    slip = Slip.objects.filter(entry=entry_id).select_related("draw__region").first()
    if slip is not None:
        messages.tell([_lost(slip)], at=at)


def _lost(slip: Slip) -> messages.Note:
    """Once for the draw, and once for who was called later and could not be given the places."""
    draw = slip.draw
    until = draw.calls_until or draw.starts_at
    more = {"number": slip.number, "rank": slip.rank, "until": until.astimezone(draw.region.tz)}
    key = f"{LOST.name}:{slip.pk}" + (f":{slip.step}" if slip.step else "")
    return _note(slip, LOST, key, more)


def _off(slip: Slip) -> messages.Note:
    more = {"reason": slip.draw.off_reason}
    return _note(slip, CALLED_OFF, f"{CALLED_OFF.name}:{slip.pk}", more)


def _note(slip: Slip, kind: Kind, key: str, more: Mapping[str, object]) -> messages.Note:
    to = ""
    if slip.user_id is None and slip.contact_sealed:
        to = seals.unseal(slip.contact_sealed, purpose="phone")
    zone = slip.draw.region
    when = slip.draw.starts_at.astimezone(zone.tz)
    return messages.Note(
        kind=kind.name,
        key=key,
        facts={"title": slip.draw.title, "when": when, **more},
        user_id=slip.user_id,
        to=to,
        language=slip.language,
        link=messages.Link("draws:show", (str(slip.draw_id),)),
        about=f"draw:{slip.draw_id}",
        zone=zone.timezone,
    )
