"""Write a warning, send it once to whoever is booked there then, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.messages import operations as messages
from accounts.messages import queries as said
from bookings.news import operations as news
from bookings.orders.models import Order
from bookings.warnings import kinds, queries
from bookings.warnings.models import Level, PlaceWarning
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from kernel.plain import plain

SENT = "bookings.warning.sent"
_TEXTS = ("title_zh", "title_en", "text_zh", "text_en")
_AT_ONCE = 200


class IsSent(Refusal):
    """What people have read is not changed or sent again."""

    code = "is_sent"
    message = _("This warning is sent already. Take it back and write another one.")


class IsOver(Refusal):
    """Nobody is there any more in its time."""

    code = "is_over"
    message = _("The time that this warning is about is over.")


def save_draft(*, warning: PlaceWarning, actor: str, at: datetime) -> None:
    """Keep a draft, with all markup taken out of its texts. Audited.

    :raises IsSent: it was sent meanwhile; nothing has changed.
    """
    for name in _TEXTS:
        setattr(warning, name, plain(getattr(warning, name)))
    with transaction.atomic():
        if warning.pk is not None:
            drafts = PlaceWarning.objects.select_for_update(no_key=True).filter(sent_at=None)
            if not drafts.filter(pk=warning.pk).exists():
                raise IsSent
        warning.save()
        _note("warnings.write", warning.pk, actor, at)


def send(*, warning_id: int, actor: str, at: datetime) -> None:
    """Tell everybody whom it reaches, from a worker; twice is once. Audited.

    :raises IsSent: it was sent before. :raises IsOver: its time is over. Nothing has changed then.
    """
    with transaction.atomic():
        if not _mark_sent(warning_id, actor, at):
            known = PlaceWarning.objects.filter(pk=warning_id, sent_at=None)
            raise IsOver if known.exists() else IsSent
        _note("warnings.send", warning_id, actor, at)
        facts = {"warning_id": warning_id}
        outbox.record(name=SENT, key=f"warning:{warning_id}:{at.isoformat()}", facts=facts, at=at)


def _mark_sent(warning_id: int, actor: str, at: datetime) -> bool:
    """One statement: of two who send it, one finds a draft."""
    drafts = PlaceWarning.objects.filter(pk=warning_id, sent_at=None, affects_until__gt=at)
    return bool(drafts.update(sent_at=at, sent_by=actor))


def withdraw(*, warning_id: int, actor: str, at: datetime) -> bool:
    """Show it no more, and send no more of it; False where there is nothing to take back. Audited."""
    with transaction.atomic():
        sent = PlaceWarning.objects.filter(
            pk=warning_id, sent_at__isnull=False, withdrawn_at__isnull=True
        )
        if not sent.update(withdrawn_at=at):
            return False
        _note("warnings.withdraw", warning_id, actor, at)
        for kind in kinds.BY_LEVEL.values():
            messages.drop(about=about(warning_id), kind=kind.name, at=at)
    return True


def tell(*, warning_id: int, at: datetime) -> int:
    """Write to whoever it reaches and has not been told, some at a time; how many.

    Once a person, whatever they have booked there. May be run again at any time.
    """
    warning = queries.standing(at).filter(pk=warning_id).first()
    if warning is None:
        return 0
    people = list(queries.reach(warning).orders.items())
    return sum(
        _tell(warning, people[start : start + _AT_ONCE], at)
        for start in range(0, len(people), _AT_ONCE)
    )


def tell_newcomers(*, at: datetime) -> int:
    """Of every warning that stands: who has booked since, and whom a worker that died has left out."""
    ids = list(queries.standing(at).values_list("pk", flat=True))
    return sum(tell(warning_id=pk, at=at) for pk in ids)


def about(warning_id: int) -> str:
    """How messages and the audit name a warning."""
    return f"warning:{warning_id}"


def _tell(warning: PlaceWarning, people: Sequence[tuple[str, int]], at: datetime) -> int:
    kind = kinds.BY_LEVEL[Level(warning.level)]
    keys = {f"{kind.name}:{warning.pk}:{who}": (who, order_id) for who, order_id in people}
    known = said.keys_among(keys)
    fresh = {who: order_id for key, (who, order_id) in keys.items() if key not in known}
    orders = Order.objects.select_related("region").in_bulk(fresh.values())
    tz = warning.place.region.tz
    facts = {
        "title": warning.title,
        "text": warning.text,
        "where": warning.place.words,
        "begins": warning.affects_from.astimezone(tz),
        "ends": warning.affects_until.astimezone(tz),
    }
    notes = [
        news.note(
            orders[order_id], kind, f"{warning.pk}:{who}", facts,
            about=about(warning.pk), good_until=warning.affects_until,
        )
        for who, order_id in fresh.items()
    ]  # fmt: skip
    with transaction.atomic():
        told = messages.tell(notes, at=at)
        PlaceWarning.objects.filter(pk=warning.pk).update(told=F("told") + told)
    return told


def _note(action: str, warning_id: int, actor: str, at: datetime) -> None:
    audit.record(actor=actor, action=action, subject=about(warning_id), at=at)
