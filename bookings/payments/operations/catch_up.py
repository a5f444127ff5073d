"""What providers' notices would have told us while we could not hear: their own list is read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Greatest

from bookings.payments import providers
from bookings.payments.models import NewsRead, ProviderEvent
from bookings.payments.operations.hear import Unfit, keep, note_refused
from bookings.payments.providers import Notice, Provider, ProviderDown

AT_FIRST = timedelta(days=3)
"""How far back a list is read that was never read before."""

OVERLAP = timedelta(minutes=5)
"""A list may be late with what has just happened."""


def catch_up(*, at: datetime) -> int:
    """Read every provider's list since it was last read to its end; how many were new to us.

    A notice that reaches us moves nothing: what came before it may not have. A provider that does not
    answer is asked the next time; what is known already changes nothing.
    """
    before = ProviderEvent.objects.count()
    for provider in providers.list_all():
        if provider.capabilities.is_internal:
            continue
        try:
            found = provider.news(since=_since(provider, at))
        except ProviderDown:
            continue
        for notice in found:
            _keep(provider, notice, at)
        _note(provider, at)
    return ProviderEvent.objects.count() - before


def _keep(provider: Provider, notice: Notice, at: datetime) -> None:
    try:
        keep(provider, notice, at)
    except Unfit as refusal:  # it stops no other; whoever is alarmed looks into it
        note_refused(provider.name, refusal.code)


def _since(provider: Provider, at: datetime) -> datetime:
    read = NewsRead.objects.filter(provider=provider.name).first()
    return read.until - OVERLAP if read else at - AT_FIRST


def _note(provider: Provider, at: datetime) -> None:
    """The list is read up to now; a run that ends late takes nothing back."""
    with transaction.atomic(durable=True):
        NewsRead.objects.get_or_create(provider=provider.name, defaults={"until": at})
        NewsRead.objects.filter(provider=provider.name).update(until=Greatest("until", at))
