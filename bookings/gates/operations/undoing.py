"""The chief at a gate takes a wrong scan of it back, with a reason."""

from __future__ import annotations

from datetime import datetime

from bookings.gates.models import GateDevice, GateScan, Outcome
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Redemption
from kernel.errors import NotFound


def undo(*, device: GateDevice, sequence: int, actor: str, reason: str, at: datetime) -> None:
    """Take back a scan of a device that was counted; who may is the caller's to know.

    :raises NotFound: nothing was counted by this scan. Otherwise as ``vouchers.undo``.
    """
    row = Redemption.objects.filter(
        actor=device.actor, request_key=f"gate-{device.pk}-{sequence}"
    ).first()
    if row is None:
        raise NotFound
    vouchers.undo(redemption_id=row.pk, actor=actor, reason=reason, at=at)
    GateScan.objects.filter(device=device, sequence=sequence, outcome=Outcome.COUNTED).update(
        outcome=Outcome.UNDONE
    )
