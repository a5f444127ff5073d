"""Scans from pages: what arrives together in one process is decided together."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from django.utils.translation import get_language

from bookings.vouchers.operations.redeem import Outcome, redeem_many, said
from bookings.vouchers.operations.scans import Redeemed, Scan
from kernel import metrics
from kernel.errors import Refusal
from kernel.grouping import Grouping

GROUPS = metrics.Histogram(
    "quanyu_redeeming_group_size", "Scans of one transaction.", (1, 2, 4, 8, 16, 32, 64)
)
SCANS = metrics.Counter("quanyu_scans_total", "Codes scanned on pages, by outcome.", ("outcome",))

_groupings: dict[str | None, Grouping[Scan, Outcome]] = {}
_lock = Lock()


def redeem_together(scan: Scan) -> Redeemed:
    """Redeem one scan in one transaction with those that arrive meanwhile; a lone one does not wait.

    :raises Refusal: as ``redeem``; another scan's refusal or fault never reaches this one.
    """
    return said(_grouping().submit(scan))


def _grouping() -> Grouping[Scan, Outcome]:
    """One for each language: refusals are put into words while they are made."""
    language = get_language()
    with _lock:
        if language not in _groupings:
            _groupings[language] = Grouping(_redeem)
        return _groupings[language]


def _redeem(scans: Sequence[Scan]) -> Sequence[Outcome]:
    outcomes = redeem_many(scans, at=max(scan.at for scan in scans))
    GROUPS.observe(len(scans))
    for outcome in outcomes:
        SCANS.add(outcome.code if isinstance(outcome, Refusal) else "redeemed")
    return outcomes
