"""Reads of messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.messages import operations
from accounts.messages.models import Message


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in full, for the local page."""

    channel: str
    to: str
    subject: str
    body: str
    state: str
    created_at: datetime


def newest(limit: int = 50) -> list[Letter]:
    """The newest messages, opened. For local data only: the caller checks."""
    return [
        Letter(
            channel=row.channel,
            to=operations.address_of(row),
            subject=row.subject,
            body=operations.body_of(row),
            state=row.get_state_display(),
            created_at=row.created_at,
        )
        for row in Message.objects.order_by("-pk")[:limit]
    ]
