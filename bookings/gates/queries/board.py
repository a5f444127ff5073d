"""The desk's picture of its gates: who is silent, what waits, what does not add up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from bookings.gates.models import GateDevice, Incident
from bookings.gates.queries.rights import MOST_EVENTS, named_by
from bookings.vouchers.models import State, Voucher
from kernel.naming import say
from kernel.outbox.models import Event

_MOST = 50
_TWICE = (
    _("Let in twice"),
    _(
        "The same code was shown at two gates that could not ask each other. Ask the holder who came in "
        "with it; let whoever has none buy one. If it happens often, bind passes to doors."
    ),
)
_WORDS = {
    "already_used": _TWICE,
    "surplus": _TWICE,
    "voided": (
        _("Let in with a cancelled code"),
        _(
            "It was cancelled while the gate could not hear of it. See in the order whether it was paid "
            "back, and ask the holder for the price of the visit."
        ),
    ),
    "rest_unpaid": (
        _("Let in before the rest was paid"),
        _("Ask the holder to pay the rest on the order's page or at the counter."),
    ),
}
_OTHERWISE = (
    _("Let in against the rules"),
    _(
        "The gate could not ask. Compare the time and the clock of the device with the pass, and write "
        "down what you find."
    ),
)
_SKEWED_MS = 5_000
_LOW = 20


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device as the board shows it. ``tone`` good, few (yellow), bad or quiet."""

    pk: int
    place: str
    word: str
    tone: str
    notes: str
    seen_at: datetime
    is_out: bool


def devices(*, organisation_ids: Collection[int], at: datetime) -> list[DeviceView]:
    """Every device of these organisations; those that may work first, the silent before the others."""
    rows = GateDevice.objects.filter(organisation_id__in=organisation_ids)
    rows = rows.order_by("revoked_at", "post_key", "pk")
    shown = [_view(row, at) for row in rows]
    rank = {"few": 0, "good": 1, "quiet": 2}
    return sorted(shown, key=lambda one: rank[one.tone])


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident in words: what happened, where and when, what was counted instead, what to do."""

    pk: int
    title: str
    advice: str
    place: str
    at: datetime
    earlier_place: str
    earlier_at: datetime | None
    order_code: str
    zone: str


def incidents(*, organisation_ids: Collection[int], pk: int | None = None) -> list[IncidentView]:
    """What nobody has looked at yet, the oldest first; with ``pk`` only that one."""
    rows = Incident.objects.filter(
        scan__device__organisation_id__in=organisation_ids, closed_at__isnull=True
    )
    if pk is not None:
        rows = rows.filter(pk=pk)
    rows = rows.select_related(
        "scan__device__organisation__region", "earlier__device", "carrier__order"
    ).order_by("pk")
    return [_incident(row) for row in rows[:_MOST]]


def _incident(row: Incident) -> IncidentView:
    title, advice = _WORDS.get(row.reason, _OTHERWISE)
    earlier = row.earlier
    return IncidentView(
        pk=row.pk,
        title=str(title),
        advice=str(advice),
        place=say(row.scan.device.place),
        at=row.scan.at,
        earlier_place=say(earlier.device.place) if earlier else "",
        earlier_at=earlier.at if earlier else None,
        order_code=row.carrier.order.code if row.carrier else "",
        zone=region.timezone if (region := row.scan.device.organisation.region) else "UTC",
    )


def unknown_cancellations(device: GateDevice) -> int:
    """How many cancelled rights of its zone a device cannot know of yet: they may still open it."""
    if device.revoked_at is not None:
        return 0
    facts = Event.objects.filter(number__gt=device.heard_until).values_list("facts", flat=True)
    touched = Voucher.objects.filter(
        named_by(list(facts[:MOST_EVENTS])),
        zone=device.post_key.partition("@")[0],
        line__supplier_id=device.organisation_id,
        state=State.VOIDED,
    )
    return touched.count()


def _view(device: GateDevice, at: datetime) -> DeviceView:
    silent = device.is_silent(at)
    word, tone = pgettext("gate device", "at work"), "good"
    if device.revoked_at:
        word, tone = pgettext("gate device", "shut out"), "quiet"
    elif silent:
        word, tone = pgettext("gate device", "silent"), "few"
    return DeviceView(
        pk=device.pk,
        place=say(device.place) or device.post_key,
        word=word,
        tone=tone,
        notes=" · ".join(_notes(device, is_silent=silent)),
        seen_at=device.seen_at,
        is_out=device.revoked_at is not None,
    )


def _notes(device: GateDevice, *, is_silent: bool) -> list[str]:
    notes = []
    if device.queue:
        text = ngettext("%(n)s scan not sent", "%(n)s scans not sent", device.queue)
        notes.append(text % {"n": device.queue})
    if device.battery is not None:
        text = (
            gettext("battery %(n)s %%, charge it")
            if device.battery < _LOW
            else gettext("battery %(n)s %%")
        )
        notes.append(text % {"n": device.battery})
    if abs(device.skew_ms) > _SKEWED_MS:
        notes.append(gettext("clock off by %(n)s s") % {"n": round(device.skew_ms / 1000)})
    if is_silent and (cancelled := unknown_cancellations(device)):
        text = ngettext(
            "does not know of %(n)s cancellation", "does not know of %(n)s cancellations", cancelled
        )
        notes.append(text % {"n": cancelled})
    if device.version:
        notes.append(gettext("version %(version)s") % {"version": device.version})
    return notes
