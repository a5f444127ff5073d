"""Whether one house's posts use up what another has sold: the other one says so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.vouchers.models import JointPost
from kernel.audit import operations as audit


def agree(*, joint_id: int, is_agreed: bool, actor: str, at: datetime) -> bool:
    """Agree to a joint post, or take it back; whether that changed anything. Audited."""
    with transaction.atomic():
        rows = JointPost.objects.filter(pk=joint_id, agreed_at__isnull=is_agreed)
        moved = rows.update(agreed_at=at if is_agreed else None, agreed_by=actor)
        if moved:
            verb = "agree" if is_agreed else "take-back"
            subject = f"joint-post:{joint_id}"
            audit.record(actor=actor, action=f"vouchers.joint-post.{verb}", subject=subject, at=at)
    return bool(moved)
