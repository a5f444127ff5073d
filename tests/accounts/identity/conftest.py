"""What the tests of signing in share."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from accounts.messages import opening
from accounts.messages.models import Message

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
PHONE = "16100000001"


@pytest.fixture
def at() -> datetime:
    return AT


def code_sent() -> str:
    """The six digits in the newest message."""
    message = Message.objects.latest("pk")
    found = re.search(r"\d{6}", opening.body_of(message))
    assert found
    return found[0]


def wrong(code: str) -> str:
    """Six digits that are not these."""
    return f"{(int(code) + 1) % 10**6:06d}"
