"""Contracts and bank accounts of suppliers to try the product with: made up, on local data only."""

from __future__ import annotations

from datetime import datetime
from itertools import cycle

from django.conf import settings

from accounts.organisations import queries as organisations
from accounts.organisations.models import Kind
from bookings.refunds.operations import Account
from bookings.settlement import operations, queries
from bookings.settlement.models import Expired
from bookings.settlement.operations import Terms, TermsOfKind

_ACTOR = "demonstration"
_GUARANTEE_FEN = 1_000_000
_TERMS = (
    Terms([TermsOfKind(permille=80)], guarantee_fen=_GUARANTEE_FEN),
    Terms(
        [TermsOfKind(permille=100, steps="10000000:80 50000000:60")], guarantee_fen=_GUARANTEE_FEN
    ),
    Terms([TermsOfKind(permille=60, per_part_fen=50)], expired=Expired.PLATFORM),
)
"""A plain share; one that falls with the month's turnover; one with half a yuan a part."""


def create(*, region_id: int, at: datetime) -> None:
    """Agree one of three contracts with every supplier of a region, in turn, and know its account.

    They hold from ``at`` on. Idempotent; nothing elsewhere than on local data.
    """
    if not settings.QUANYU_LOCAL:
        return
    suppliers = organisations.of_region(region_id).filter(kind=Kind.SUPPLIER)
    for supplier, terms in zip(suppliers, cycle(_TERMS), strict=False):
        if queries.last_contract(supplier.pk) is None:
            operations.agree(
                organisation_id=supplier.pk, terms=terms, valid_from=at, actor=_ACTOR, at=at
            )
        if queries.account_of(supplier.pk) is None:
            operations.give_account(
                organisation_id=supplier.pk, account=_account(supplier.pk, supplier.name_zh),
                actor=_ACTOR, at=at,
            )  # fmt: skip


def _account(number: int, name: str) -> Account:
    return Account(holder=f"{name}（测试）", number=f"0000000000{number:06d}", bank="测试银行")
