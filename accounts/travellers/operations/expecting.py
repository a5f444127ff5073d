"""Who is new, or has another name or number than before, is to be asked about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.travellers import checks
from accounts.travellers.checks import Outcome
from accounts.travellers.documents import Kind
from accounts.travellers.models import Traveller
from kernel.outbox import operations as outbox

ENTERED = "accounts.traveller.entered"
CHECKABLE = frozenset({Kind.RESIDENT_ID.value})
"""The register knows residents only; other documents are compared by eye."""


def unchecked(kind: str, *, at: datetime) -> dict[str, Any]:
    """The fields of a traveller of whom nothing is known yet; due at once where there is whom to ask."""
    is_asked = checks.find() is not None and kind in CHECKABLE
    return {
        "check_outcome": Outcome.NONE,
        "checked_at": None,
        "checked_by": "",
        "check_tries": 0,
        "check_due_at": at if is_asked else None,
    }


def ask_soon(traveller: Traveller, *, at: datetime) -> None:
    """Let a worker ask after the commit, where there is something to ask. Inside a transaction."""
    if traveller.check_due_at == at:
        outbox.record(
            name=ENTERED,
            key=f"entered:{traveller.pk}:{at.isoformat()}",
            facts={"traveller_id": traveller.pk},
            at=at,
        )
