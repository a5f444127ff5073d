"""What a browser keeps of the line: its number, and later its pass. Signed, and good for one only.

The number is bound to the browser's session, so that a poll can be answered without a statement; the
pass to the person. A copy in another browser says nothing there. Neither decides alone: coming in and
ordering ask the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings.waiting.models import Sale

_LONGEST = 64


def number_of(request: HttpRequest, sale: Sale) -> int | None:
    """The number that this browser holds in the line, or None."""
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return _read(request.COOKIES.get(f"line-{sale.pk}", ""), _line(sale, session_key))


def keep_number(
    response: HttpResponseBase, sale: Sale, *, session_key: str, number: int, at: datetime
) -> None:
    """Have the browser of this session keep its number."""
    signed = sign_number(sale, session_key=session_key, number=number)
    _keep(response, f"line-{sale.pk}", signed, sale, at)


def sign_number(sale: Sale, *, session_key: str, number: int) -> str:
    """The number as the browser of this session shows it."""
    return _line(sale, session_key).sign(str(number))


def keep_pass(
    response: HttpResponseBase, sale: Sale, *, person: str, number: int, at: datetime
) -> None:
    """Have the browser keep the pass of a person who came in."""
    _keep(response, f"pass-{sale.pk}", _pass(sale, person).sign(str(number)), sale, at)


def holds_pass(request: HttpRequest, sale: Sale, people: Sequence[str]) -> bool:
    """Whether the browser shows a pass of this person. Without one no row need be asked."""
    shown = request.COOKIES.get(f"pass-{sale.pk}", "")
    return bool(shown) and any(_read(shown, _pass(sale, person)) for person in people)


def forget(response: HttpResponseBase, sale: Sale) -> None:
    """Have the browser drop both."""
    response.delete_cookie(f"line-{sale.pk}", samesite="Lax")
    response.delete_cookie(f"pass-{sale.pk}", samesite="Lax")


def _line(sale: Sale, session_key: str) -> Signer:
    return Signer(salt=f"bookings.waiting.line:{sale.pk}:{session_key}")


def _pass(sale: Sale, person: str) -> Signer:
    return Signer(salt=f"bookings.waiting.pass:{sale.pk}:{person}")


def _read(signed: str, signer: Signer) -> int | None:
    if not signed or len(signed) > _LONGEST:
        return None
    try:
        return int(signer.unsign(signed))
    except (BadSignature, ValueError):
        return None


def _keep(response: HttpResponseBase, name: str, value: str, sale: Sale, at: datetime) -> None:
    """For so many seconds, not until a date: the browser's clock may be wrong."""
    seconds = max(0, int((sale.closes_at - at).total_seconds()))
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="Lax", secure=settings.IS_HTTPS
    )
