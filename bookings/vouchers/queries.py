"""Reads of passes and vouchers: the order page's codes, and who is expected at a post."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from bookings.codes import operations as issuers
from bookings.contracts import Direction
from bookings.orders.models import Order
from bookings.vouchers import saying
from bookings.vouchers.models import Pass, Redemption, State, Voucher
from kernel import codes
from kernel.errors import NotFound

_ABOUT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class PassView:
    """One traveller's code as the order page shows it."""

    pass_id: int
    serial: str
    is_named: bool
    holder: str
    code_text: str
    short_code: str
    note: str
    is_spent: bool


def travellers_with(*, valid_after: datetime) -> QuerySet[Any]:
    """The ids of people who have something that was still good at a moment: for a statement around it."""
    good = Voucher.objects.filter(valid_until__gte=valid_after)
    return good.values_list("carrier__traveller_id", flat=True)


def passes(order: Order, *, at: datetime, without: Collection[int] = ()) -> Sequence[PassView]:
    """The codes of an order's journey, one a traveller; those without anything good are left out.

    So are those that stand for nothing but the lines in ``without``.
    """
    rows = list(
        Pass.objects.filter(order_id=order.root_id)
        .prefetch_related("vouchers__line")
        .order_by("pk")
    )
    alive = [row for row in rows if any(each.line_id not in without for each in good(row))]
    texts = issuers.sign(saying.static(alive, at=at), at=at) if alive else []
    return [_view(row, text) for row, text in zip(alive, texts, strict=True)]


def pass_view(row: Pass, *, at: datetime) -> PassView:
    """The code of one pass, with what it carries read already."""
    [text] = issuers.sign(saying.static([row], at=at), at=at)
    return _view(row, text)


def good(row: Pass) -> list[Voucher]:
    """What a pass still stands for, used or not: the part that is not void."""
    return [voucher for voucher in row.vouchers.all() if voucher.state != State.VOIDED]


def _view(row: Pass, text: str) -> PassView:
    carried = good(row)
    left = sum(voucher.entries_used < voucher.entries_allowed for voucher in carried)
    words = ngettext("%(left)s entry left", "%(left)s entries left", left) % {"left": left}
    return PassView(
        pass_id=row.pk,
        serial=row.serial.hex,
        is_named=bool(row.traveller_id),
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


def expected(
    zone: str, *, organisation_id: int, at: datetime, seen: str = "", words: str = ""
) -> QuerySet[Voucher]:
    """Who holds a voucher of an organisation that is good in a zone about now: the boarding list.

    ``seen`` leaves only those still expected, or only those who are in; ``words`` those of this name,
    end of the document number or short code.
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
    if words:
        rows = rows.filter(
            Q(carrier__holder__icontains=words)
            | Q(carrier__document_tail__iexact=words)
            | Q(carrier__short_code=codes.normalise(words))
        )
    return rows.select_related("carrier", "line").order_by("pk")


def scan_of(redemption_id: int, *, organisation_ids: Collection[int]) -> Redemption:
    """A passage at a post of these organisations.

    :raises NotFound: there is none, or it is another organisation's: the same answer for both.
    """
    rows = Redemption.objects.filter(voucher__line__supplier__in=organisation_ids)
    found = rows.filter(pk=redemption_id).first()
    if found is None:
        raise NotFound
    return found


def last_entries(voucher_ids: Iterable[int]) -> dict[int, Redemption]:
    """The last entry that counts of each voucher, by its id. One statement."""
    rows = Redemption.objects.filter(
        voucher__in=list(voucher_ids), direction=Direction.IN, undone_at__isnull=True
    )
    last = rows.order_by("voucher_id", "-entry_no").distinct("voucher_id")
    return {row.voucher_id: row for row in last}
