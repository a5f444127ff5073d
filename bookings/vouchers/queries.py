"""Reads of passes and vouchers: the order page's codes, and who is expected at a post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bookings.orders.models import Order
from bookings.vouchers.models import Pass, Voucher, VoucherState
from kernel import codes


@dataclass(frozen=True, slots=True)
class PassView:
    """One traveller's code as the order page shows it."""

    holder: str
    code_text: str
    short_code: str
    note: str
    is_spent: bool


def passes(order: Order) -> Sequence[PassView]:
    """The codes of an order, one a traveller."""
    rows = Pass.objects.filter(order=order).prefetch_related("vouchers").order_by("pk")
    return [_view(row) for row in rows]


def _view(row: Pass) -> PassView:
    good = [v for v in row.vouchers.all() if v.state == VoucherState.ACTIVE]
    spent = all(v.entries_used >= v.entries_allowed for v in good)
    note = _("%(masked)s · good for %(count)s") % {"masked": row.masked, "count": len(good)}
    return PassView(
        holder=row.holder or _("Holder of the order"),
        code_text=row.code,
        short_code=codes.group(row.short_code),
        note=note.removeprefix(" · "),
        is_spent=spent,
    )


def expected(zone: str) -> QuerySet[Voucher]:
    """Everybody who holds a voucher for a zone, by name: the driver's list."""
    rows = Voucher.objects.filter(zone=zone, state=VoucherState.ACTIVE)
    return rows.select_related("pass_for").order_by("pass_for__holder", "pk")
