"""A payment provider that does not answer is left alone for a while (kernel.breaker)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bookings.payments.providers import (
    Capabilities,
    Charge,
    Declined,
    Handle,
    Notice,
    Outcome,
    Payment,
    Provider,
    ProviderDown,
    Returned,
    Started,
)
from kernel.breaker import Breaker


class Guarded:
    """A provider behind a circuit breaker; in all else the provider itself."""

    def __init__(self, provider: Provider, *, tick: Callable[[], float] = time.monotonic) -> None:
        self.inner = provider
        self._breaker = Breaker(provider.name, down=ProviderDown, no=(Declined,), tick=tick)

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def title(self) -> str:
        return self.inner.title

    @property
    def capabilities(self) -> Capabilities:
        return self.inner.capabilities

    @property
    def thanks(self) -> tuple[bytes, str]:
        return self.inner.thanks

    @property
    def is_resting(self) -> bool:
        """Whether calls are refused just now."""
        return self._breaker.is_resting

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return self.inner.is_offered(payer=payer, amount_fen=amount_fen, currency=currency)

    def start(self, charge: Charge) -> Started:
        with self._breaker.call():
            return self.inner.start(charge)

    def fetch(self, handle: Handle) -> Payment:
        with self._breaker.call():
            return self.inner.fetch(handle)

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        with self._breaker.call():
            return self.inner.capture(handle, amount_fen=amount_fen)

    def void(self, handle: Handle) -> Outcome:
        with self._breaker.call():
            return self.inner.void(handle)

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        with self._breaker.call():
            return self.inner.refund(handle, token=token, amount_fen=amount_fen)

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        return self.inner.verify(raw, headers, at=at)

    def news(self, *, since: datetime) -> Sequence[Notice]:
        with self._breaker.call():
            return self.inner.news(since=since)


def is_resting(provider: Any) -> bool:
    """Whether a registered provider is left alone just now."""
    return isinstance(provider, Guarded) and provider.is_resting
