"""Suppliers that issue invoices, to try the product with: made-up taxpayers, on local data only."""

from __future__ import annotations

from django.conf import settings

from accounts.organisations import queries as organisations
from bookings.invoices.fakes.keys import DEMONSTRATION_TOKEN
from bookings.invoices.models import Issuer, Rate
from bookings.invoices.queries import TOKEN_PURPOSE
from bookings.invoices.tax_numbers import check_character
from kernel import seals

_TRAVEL, _OTHER = "3070301000000000000", "3049900000000000000"
"""旅游服务 and 其他现代服务 in the tax bureau's classification."""


def create(*, region_id: int) -> None:
    """Let every supplier of a region issue by the stand-in, at 6 %. Idempotent; nothing elsewhere."""
    if not settings.QUANYU_LOCAL:
        return
    for supplier in organisations.of_region(region_id):
        first = f"91340000TEST{supplier.pk:05d}".replace("S", "5")
        issuer, is_new = Issuer.objects.get_or_create(
            organisation=supplier,
            defaults={
                "name": f"{supplier.name_zh}（测试）"[:100],
                "tax_number": first + check_character(first),
                "address": "测试地址",
                "clerk": "测试",
                "token_sealed": seals.seal(DEMONSTRATION_TOKEN, purpose=TOKEN_PURPOSE),
            },
        )
        if is_new:
            Rate.objects.create(issuer=issuer, goods_code=_TRAVEL, permille=60)
            Rate.objects.create(issuer=issuer, is_kept=True, goods_code=_OTHER, permille=60)
