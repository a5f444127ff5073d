"""The code that a buyer came by, kept in a signed cookie of the browser for a month; the last one counts."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings.referrals import queries
from bookings.referrals.models import Code

KEPT_FOR = timedelta(days=30)
_COOKIE, _SALT = "via", "bookings.referrals.via"


def keep(response: HttpResponseBase, code: Code) -> None:
    """Remember it in the browser."""
    response.set_signed_cookie(
        _COOKIE, code.code, salt=_SALT, max_age=int(KEPT_FOR.total_seconds()), httponly=True,
        samesite="Lax", secure=settings.IS_HTTPS,
    )  # fmt: skip


def forget(response: HttpResponseBase) -> None:
    """Nobody has recommended."""
    response.delete_cookie(_COOKIE, samesite="Lax")


def kept(request: HttpRequest, region_id: int) -> Code | None:
    """The code that counts for what is bought in a region now; no statement where none is kept."""
    text = request.get_signed_cookie(
        _COOKIE, default="", salt=_SALT, max_age=int(KEPT_FOR.total_seconds())
    )
    return queries.find(text, region_id=region_id) if text else None
