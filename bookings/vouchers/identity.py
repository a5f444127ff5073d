"""What a gate is told of a holder's name and number, where the place lets in by real name.

It stands in ``show["check"]``, which every gate reads: after the class's own condition, which is kept
in ``show["condition"]`` so that a later answer can take the place of an earlier one.
"""

from __future__ import annotations

from typing import Any

from accounts.travellers import checks
from accounts.travellers.checks import Outcome
from bookings.contracts import Facts, Words

BY_NAME = "by_name"
"""In ``show``: this place compares names. Set by its seller."""

_UNKNOWN = {
    "zh-hans": "实名信息未核验,请核对证件原件",
    "en": "Identity not verified yet: compare the original document",
}
_MISMATCH = {
    "zh-hans": "姓名与证件号码不一致,请核对证件原件",
    "en": "Name and number do not match: compare the original document",
}


def shown(show: Facts, outcome: str) -> dict[str, Any]:
    """``show`` with what is known now; unchanged where the place does not ask, or nobody is asked."""
    if not show.get(BY_NAME) or not (outcome or checks.find()):
        return dict(show)
    condition = show.get("condition", show.get("check") or {})
    return {**show, "condition": condition, "check": _both(condition, _words(outcome))}


def _words(outcome: str) -> Words:
    if outcome == Outcome.MATCH:
        return {}
    return _MISMATCH if outcome == Outcome.MISMATCH else _UNKNOWN


def _both(first: Words, second: Words) -> Words:
    """Two notes as one, in every language that either has."""
    languages = dict.fromkeys([*first, *second])
    return {
        language: "; ".join(filter(None, (first.get(language), second.get(language))))
        for language in languages
    }
