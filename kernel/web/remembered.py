"""Pages that are the same for everybody, rendered once a second: what a crowd loads at eight o'clock.

Nobody's own things can come into such a page: it is rendered for a stand-in, who has an address, a
language and is signed in or not, and nothing else. Each answer gets its own token against forgery.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_ALLOWED_CHARS as _LETTERS
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from kernel.memo import Memo
from kernel.randomness import random_bytes

_TOKEN = "the-token-of-whoever-asks"  # noqa: S105 - the place where a token goes

_pages: Memo[tuple[str, str, str | None, bool], bytes] = Memo(seconds=1, most=200)


class _SignedIn(AnonymousUser):
    """Somebody signed in, no matter who."""

    is_authenticated = True  # type: ignore[assignment]
    is_anonymous = False  # type: ignore[assignment]


def page(
    request: HttpRequest, template: str, *, address: str, context: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """The page of a template as it was at most a second or two ago.

    ``address`` is the page's own, with those fields only that decide what it shows; ``context`` is
    asked when the page is rendered, and what it raises is the answer. Who has a message to read gets
    a page of their own.
    """
    if len(get_messages(request)):
        return render(request, template, context())
    is_signed_in = request.user.is_authenticated
    key = (template, address, get_language(), is_signed_in)
    body = _pages.get(key, lambda _key: _render(template, address, is_signed_in, context()))
    place = _TOKEN.encode()
    return HttpResponse(body.replace(place, _token(request).encode()) if place in body else body)


def _token(request: HttpRequest) -> str:
    """The visitor's token, masked anew as Django masks it: a mask, then the secret moved by it.

    Django draws each letter of the mask by itself; with that, a crowd's pages wait for each other
    (kernel.randomness).
    """
    secret = request.META.get("CSRF_COOKIE")
    if secret is None:
        return get_token(request)
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    steps = [byte % len(_LETTERS) for byte in random_bytes(len(secret))]
    moved = [_LETTERS.index(letter) + step for letter, step in zip(secret, steps, strict=True)]
    return "".join(_LETTERS[step % len(_LETTERS)] for step in (*steps, *moved))


def _render(template: str, address: str, is_signed_in: bool, context: dict[str, Any]) -> bytes:
    stand_in = HttpRequest()
    parts = urlsplit(address)
    stand_in.path = stand_in.path_info = parts.path
    stand_in.META["QUERY_STRING"] = parts.query
    stand_in.user = _SignedIn() if is_signed_in else AnonymousUser()
    return render_to_string(template, {**context, "csrf_token": _TOKEN}, stand_in).encode()
