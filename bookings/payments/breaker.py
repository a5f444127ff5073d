"""A provider that does not answer is left alone for a while: nobody waits for what will not come.

After a timeout, or MOST_FAILURES without an answer in a row, calls are refused at once for REST_S
seconds; then one call tries, and its answer decides. Each process learns it for itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from kernel import metrics

MOST_FAILURES = 3
SLOW_S = 4.0
"""A failure that took so long counts as many: the other side hangs."""

REST_S = 10.0

RESTS = metrics.Counter(
    "quanyu_provider_rests_total", "How often a provider was left alone.", ("provider",)
)


class Guarded:
    """A provider behind a circuit breaker; in all else the provider itself."""

    def __init__(self, provider: Provider, *, tick: Callable[[], float] = time.monotonic) -> None:
        self.inner, self._tick = provider, tick
        self._lock = threading.Lock()
        self._failures, self._rests_until = 0, 0.0

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
        return self._tick() < self._rests_until

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return self.inner.is_offered(payer=payer, amount_fen=amount_fen, currency=currency)

    def start(self, charge: Charge) -> Started:
        with self._guard():
            return self.inner.start(charge)

    def fetch(self, handle: Handle) -> Payment:
        with self._guard():
            return self.inner.fetch(handle)

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        with self._guard():
            return self.inner.capture(handle, amount_fen=amount_fen)

    def void(self, handle: Handle) -> Outcome:
        with self._guard():
            return self.inner.void(handle)

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        with self._guard():
            return self.inner.refund(handle, token=token, amount_fen=amount_fen)

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        return self.inner.verify(raw, headers, at=at)

    def news(self, *, since: datetime) -> Sequence[Notice]:
        with self._guard():
            return self.inner.news(since=since)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        self._refuse_while_resting()
        began = self._tick()
        try:
            yield
        except Declined:
            self._answered()
            raise
        except ProviderDown:
            self._failed(self._tick() - began)
            raise
        self._answered()

    def _refuse_while_resting(self) -> None:
        """The first after the rest goes through alone; the others wait for what it finds."""
        with self._lock:
            if self._tick() < self._rests_until:
                raise ProviderDown
            if self._failures >= MOST_FAILURES:
                self._rests_until = self._tick() + REST_S

    def _answered(self) -> None:
        with self._lock:
            self._failures, self._rests_until = 0, 0.0

    def _failed(self, took_s: float) -> None:
        with self._lock:
            self._failures += MOST_FAILURES if took_s >= SLOW_S else 1
            if self._failures >= MOST_FAILURES:
                self._rests_until = self._tick() + REST_S
                RESTS.add(self.name)


def is_resting(provider: Any) -> bool:
    """Whether a registered provider is left alone just now."""
    return isinstance(provider, Guarded) and provider.is_resting
