"""What providers' notices would have told us while we could not hear: their own list is read."""

from __future__ import annotations

from datetime import datetime, timedelta

from bookings.payments import providers
from bookings.payments.models import ProviderEvent
from bookings.payments.operations.hear import keep
from bookings.payments.providers import ProviderDown

AT_MOST = timedelta(days=3)
OVERLAP = timedelta(minutes=5)
"""A list may be late with what has just happened."""


def catch_up(*, at: datetime) -> int:
    """Read every provider's list since the last notice of it that we have; how many were new to us.

    A provider that does not answer is asked the next time; what is known already changes nothing.
    """
    before = ProviderEvent.objects.count()
    for provider in providers.list_all():
        heard = (
            ProviderEvent.objects.filter(provider=provider.name).order_by("-received_at").first()
        )
        since = max(heard.received_at - OVERLAP if heard else at - AT_MOST, at - AT_MOST)
        try:
            found = provider.news(since=since)
        except ProviderDown:
            continue
        for notice in found:
            keep(provider, notice, at)
    return ProviderEvent.objects.count() - before
