"""A scan as its page says it: one colour, one word, and what staff have to know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.contracts import Direction
from bookings.vouchers.models import Voucher
from bookings.vouchers.operations import HowMany, Redeemed, Scan
from kernel.errors import Refusal
from kernel.naming import say


def stop(refusal: Refusal) -> dict[str, Any]:
    """Nobody passes."""
    return {"tone": "stop", "word": _("STOP"), "text": refusal.reason}


def how_many(refusal: HowMany) -> dict[str, Any]:
    """A party: a button for each number."""
    left = refusal.facts["left"]
    return {
        "tone": "check",
        "word": str(left),
        "text": refusal.reason,
        "numbers": range(1, left + 1),
    }


def passed(done: Redeemed, scan: Scan, *, is_sure: bool = True) -> dict[str, Any]:
    """Who passes, or would: ``is_sure`` False asks for it."""
    checks = [words for v in done.vouchers if (words := say(v.show.get("check") or {}))]
    count = len(done.vouchers)
    is_plain = is_sure and not checks
    text = _("Check the document: %(what)s") % {"what": "; ".join(checks)} if checks else ""
    return {
        "tone": "in" if is_plain else "check",
        "word": _word(scan, is_plain),
        "count": ngettext("%(n)s person", "%(n)s people", count) % {"n": count},
        "text": text,
        "people": [_person(voucher) for voucher in done.vouchers],
        "also": _also(done.also),
        "is_repeat": done.is_repeat,
        "asks": not is_sure,
        "persons": count,
        "redemption_id": done.redemption_id,
    }


def _word(scan: Scan, is_plain: bool) -> str:
    if not is_plain:
        return _("CHECK")
    return pgettext("gate", "OUT") if scan.way is Direction.OUT else _("IN")


def _person(voucher: Voucher) -> dict[str, Any]:
    return {
        "name": voucher.carrier.holder or _("Holder of the order"),
        "kind": _kind(voucher.show),
        "extras": [say(words) for words in voucher.extras],
    }


def _also(vouchers: Iterable[Voucher]) -> list[str]:
    """What was used beside the way in, and for how many."""
    counts: dict[str, int] = {}
    for voucher in vouchers:
        title = say(voucher.show.get("title") or voucher.line.title)
        counts[title] = counts.get(title, 0) + 1
    return [f"{title} × {count}" for title, count in counts.items()]


def _kind(show: dict[str, Any]) -> str:
    """The class, and the age where it is known."""
    kind = say(show.get("class") or {})
    age = show.get("age")
    if age is None:
        return kind
    years = _("age %(age)s") % {"age": age}
    return f"{kind} · {years}"
