"""Reads of passes and vouchers: the order page's codes, and who is expected at a post."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from bookings.codes import operations as issuers
from bookings.orders.models import Order
from bookings.vouchers.models import Pass, State, Voucher
from kernel import codes

_ABOUT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class PassView:
    """One traveller's code as the order page shows it."""

    holder: str
    code_text: str
    short_code: str
    note: str
    is_spent: bool


def passes(order: Order, *, at: datetime) -> Sequence[PassView]:
    """The codes of an order's journey, one a traveller; those without anything good are left out."""
    rows = list(
        Pass.objects.filter(order_id=order.root_id)
        .prefetch_related("vouchers__line")
        .order_by("pk")
    )
    alive = [row for row in rows if _good(row)]
    texts = issuers.sign([row.code_facts for row in alive], at=at) if alive else []
    return [_view(row, text) for row, text in zip(alive, texts, strict=True)]


def _good(row: Pass) -> list[Voucher]:
    return [voucher for voucher in row.vouchers.all() if voucher.state != State.VOIDED]


def _view(row: Pass, text: str) -> PassView:
    good = _good(row)
    left = sum(voucher.entries_used < voucher.entries_allowed for voucher in good)
    words = ngettext("%(left)s entry left", "%(left)s entries left", left) % {"left": left}
    return PassView(
        holder=row.holder or _("Holder of the order"),
        code_text=text,
        short_code=codes.group(row.short_code),
        note=" · ".join(filter(None, (_document(row), words))),
        is_spent=not left,
    )


def _document(row: Pass) -> str:
    if not row.document_tail:
        return ""
    return _("document ending in %(tail)s") % {"tail": row.document_tail}


def holders(order: Order) -> dict[tuple[int, str], str]:
    """Who each part of an order is for, by line id and part key; parts of nobody are left out."""
    rows = Voucher.objects.filter(line__order=order).exclude(carrier__holder="")
    named = rows.values_list("line_id", "part_key", "carrier__holder")
    return {(line_id, key): holder for line_id, key, holder in named}


def good_at(place_ids: Collection[int], start: datetime, end: datetime) -> QuerySet[Voucher]:
    """What lets in, or has let in, at places between two moments: whoever is there, or comes then."""
    rows = Voucher.objects.exclude(state=State.VOIDED)
    return rows.filter(line__place_id__in=place_ids, valid_from__lt=end, valid_until__gt=start)


class Seen(models.TextChoices):
    """Which part of the boarding list is asked for."""

    EXPECTED = "expected", pgettext_lazy("boarding list", "Expected")
    IN = "in", pgettext_lazy("boarding list", "In")


def expected(zone: str, *, organisation_id: int, at: datetime, seen: str = "") -> QuerySet[Voucher]:
    """Who holds a voucher of an organisation that is good in a zone about now: the boarding list.

    ``seen`` leaves only those still expected, or only those who are in.
    """
    rows = Voucher.objects.filter(
        zone=zone,
        line__supplier_id=organisation_id,
        state__in=(State.ACTIVE, State.USED),
        valid_from__lt=at + _ABOUT,
        valid_until__gt=at - _ABOUT,
    )
    if seen == Seen.IN:
        rows = rows.filter(entries_used__gt=0)
    elif seen == Seen.EXPECTED:
        rows = rows.filter(entries_used=0)
    return rows.select_related("carrier", "line").order_by("pk")
