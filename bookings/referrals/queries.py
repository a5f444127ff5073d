"""Reads of distribution codes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet, Sum

from bookings.referrals.models import Code, Commission, Rate
from kernel import codes


def find(text: str, *, region_id: int | None = None) -> Code | None:
    """The open code that somebody typed or followed, of a region if one is named; None: there is none."""
    code = codes.normalise(text)[:17]
    if not code or len(code) > 16:
        return None
    found = Code.objects.filter(code=code, is_open=True)
    if region_id is not None:
        found = found.filter(region=region_id)
    return found.first()


def by_code(wanted: Collection[str]) -> dict[str, Code]:
    """Codes with their holders, open or not."""
    rows = Code.objects.filter(code__in=wanted).select_related("holder")
    return {row.code: row for row in rows}


def rates(code_ids: Collection[int]) -> dict[int, list[Rate]]:
    """The versions of each code, the newest first."""
    found: dict[int, list[Rate]] = {}
    for rate in Rate.objects.filter(code__in=code_ids).order_by("-valid_from"):
        found.setdefault(rate.code_id, []).append(rate)
    return found


def last_rate(code_id: int) -> Rate | None:
    """The newest version, though it may hold only later."""
    return Rate.objects.filter(code=code_id).order_by("-valid_from").first()


def rate_at(code: Code, at: datetime) -> Rate | None:
    """What a code earns at a moment."""
    held = Rate.objects.filter(code=code, valid_from__lte=at)
    return held.order_by("-valid_from").first()


def own_codes(user_id: int) -> list[Code]:
    """The codes that a person holds."""
    rows = Code.objects.filter(holder=user_id).select_related("region")
    return list(rows.order_by("pk"))


def commissions(code: Code) -> QuerySet[Commission]:
    """What a code has earned, journey by journey."""
    return Commission.objects.filter(code=code)


def total_fen(code: Code) -> int:
    """What a code has earned in all, in fen."""
    return commissions(code).aggregate(sum=Sum("fen"))["sum"] or 0
