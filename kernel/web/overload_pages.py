"""The answer beyond capacity, made once for each language: no template, session or database is asked."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.template import loader
from django.utils import translation
from django.utils.translation import get_language_from_path

from kernel.errors import Busy
from kernel.web.problems import MACHINE_PATHS

FindLine = Callable[[str, str], str | None]

RETRY_AFTER_S, PAGE_RETRY_S = 1, 4
"""For programs; and for a page that loads itself again, whose reader is more patient."""
_READING = ("GET", "HEAD")

_lines: list[FindLine] = []


def offer_line(find: FindLine) -> None:
    """Have ``find`` name the waiting room for who is turned away at a path, in a language. It is asked
    beyond capacity: it must read nothing.
    """
    _lines.append(find)


def find_line(path: str, language: str) -> str | None:
    """Where somebody who is turned away at this path may stand in line instead."""
    return next((room for find in _lines if (room := find(path, language))), None)


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """503 with Retry-After: a page in the reader's language that comes back by itself, or JSON."""
    path, accepts = environ["PATH_INFO"], environ.get("HTTP_ACCEPT", "")
    is_program = path.startswith(MACHINE_PATHS) or "json" in accepts.partition(",")[0]
    is_read = environ["REQUEST_METHOD"] in _READING
    language = get_language_from_path(path) or _spoken(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    line = None if is_program else find_line(path, language)
    body, headers = _program(language) if is_program else _page(language, is_read, line)
    start_response("503 Service Unavailable", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _spoken(accepted: str) -> str:
    return "en" if accepted.lower().startswith("en") else settings.LANGUAGE_CODE


@lru_cache(maxsize=64)
def _page(language: str, is_read: bool, line: str | None) -> tuple[bytes, list[tuple[str, str]]]:
    """``is_read``: it may be loaded again by itself; a form that was sent may not. ``line``: a waiting
    room to go to.
    """
    style = loader.render_to_string("503.css")
    # Its own policy names the style by its digest: one answer, whose parts need no second request.
    element = f"<style>{style}</style>"
    context = {
        "style_element": element,
        "retry_after": PAGE_RETRY_S,
        "is_read": is_read,
        "line": line,
    }
    with translation.override(language):
        body = loader.render_to_string("503.html", context | {"lang": language}).encode()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
    return body, _headers("text/html; charset=utf-8", body, policy)


@cache
def _program(language: str) -> tuple[bytes, list[tuple[str, str]]]:
    refusal = Busy(retry_after=RETRY_AFTER_S)
    with translation.override(language):
        told = {
            "type": f"urn:quanyu:refusal:{refusal.code}",
            "title": refusal.reason,
            "status": refusal.status,
            "code": refusal.code,
            "facts": refusal.facts,
        }
    body = json.dumps(told, ensure_ascii=False).encode()
    policy = "default-src 'none'; frame-ancestors 'none'"
    return body, _headers("application/problem+json", body, policy)


def _headers(kind: str, body: bytes, policy: str) -> list[tuple[str, str]]:
    return [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("Retry-After", str(RETRY_AFTER_S)),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
    ]
