"""One worker's turn at the list of a region: a lease whose token every step compares at its commit."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from kernel.leases import operations as leases

_LEASE_S = 60


class Serving:
    """One worker's turn at the list of a region."""

    def __init__(self, region_id: int, owner: str, at: datetime) -> None:
        self.region_id, self.at = region_id, at
        self.key, self.owner, self._began = f"waitlist:{region_id}", owner, time.monotonic()
        self.token = self._take()

    def prolong(self) -> None:
        """There is more to do. :raises leases.Lost: somebody else serves by now."""
        self.token = self._take()
        if self.token is None:
            raise leases.Lost

    def check(self) -> None:
        """In a transaction: nobody else serves by now. :raises leases.Lost: somebody does."""
        leases.check(key=self.key, token=self.token or 0)

    def _take(self) -> int | None:
        now = self.at + timedelta(seconds=time.monotonic() - self._began)
        return leases.take(key=self.key, owner=self.owner, seconds=_LEASE_S, at=now)
