"""Reads of what people are told."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from bookings.vouchers.models import Voucher


def still_stands(about: str, written_at: datetime) -> bool:
    """Whether nothing of a journey ("order:5") was cancelled or changed since it was written of."""
    order_id = int(about.removeprefix("order:"))
    journey = Q(line__order_id=order_id) | Q(line__order__parent_id=order_id)
    return not Voucher.objects.filter(journey, voided_at__gt=written_at).exists()
