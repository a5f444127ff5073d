"""Rows of codes and their holders for the shared test of admins."""

from __future__ import annotations

from uuid import UUID

from bookings.codes.models import PhoneKey, Series
from bookings.holders.models import Transfer
from tests.contracts import orders
from tests.contracts.orders import moment
from tests.contracts.rows_vouchers import voucher


def series(n: int) -> Series:
    return Series.objects.create(
        serial=UUID(int=n + 1), sequence=n, last_day=orders.DAY, changed_at=moment(n)
    )


def phone_key(n: int) -> PhoneKey:
    return PhoneKey.objects.create(
        serial=UUID(int=10_000 + n), public="02" + f"{n:064x}", sequence=0, bound_at=moment(n)
    )


def transfer(n: int) -> Transfer:
    carrier = voucher(40_000 + n).carrier
    return Transfer.objects.create(
        carrier=carrier, region_id=carrier.region_id, number=1, from_traveller_id=1,
        to_traveller_id=2, actor="user:1", at=moment(n),
    )  # fmt: skip


MAKERS = {Series: series, PhoneKey: phone_key, Transfer: transfer}
