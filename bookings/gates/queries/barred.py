"""Passes that open nothing until somebody has looked at what happened."""

from __future__ import annotations

from collections.abc import Collection

from bookings.gates.models import Incident
from bookings.vouchers.bars import Bar


def barred(carrier_ids: Collection[int]) -> set[Bar]:
    """Those of these passes that have an incident nobody has closed, at the gates of its house.

    Another house's gates are open to them: nobody there could look at it.
    """
    waiting = Incident.objects.filter(carrier_id__in=carrier_ids, closed_at__isnull=True)
    found = waiting.values_list("carrier_id", "scan__device__organisation_id")
    return {(carrier_id, house) for carrier_id, house in found if carrier_id}
