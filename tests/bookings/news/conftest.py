"""What buyers were told, in plain."""

from __future__ import annotations

from accounts.messages import opening
from accounts.messages.models import Message
from tests.bookings.payments.conftest import attempt, bucket, now, order, paid, party  # noqa: F401
from tests.bookings.refunds.conftest import cancel, says  # noqa: F401


def told() -> list[tuple[str, str]]:
    """Kinds and texts, in the order they were said."""
    return [
        (row.kind.removeprefix("bookings.news."), opening.body_of(row))
        for row in Message.objects.filter(kind__startswith="bookings.news.").order_by("pk")
    ]


def kinds_told() -> list[str]:
    return [kind for kind, _text in told()]
