"""A missed visit that an operator lets pass."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.noshows.models import FreeVisit, State
from kernel.audit import operations as audit
from kernel.errors import Refusal


class SayWhy(Refusal):
    """A pardon without a reason."""

    code = "say_why_pardoned"
    status = 400
    message = _("Write down why it is pardoned.")


class NotMissed(Refusal):
    """There is nothing to pardon."""

    message = _("This visit does not count as missed.")


def pardon(*, visit_ids: Collection[int], actor: str, reason: str, at: datetime) -> int:
    """Let missed visits count no more; how many. Each is written in the audit with the reason.

    :raises SayWhy: no reason. :raises NotMissed: none of them counts as missed.
    """
    why = reason.strip()[:200]
    if not why:
        raise SayWhy(field="reason")
    with transaction.atomic():
        missed = FreeVisit.objects.filter(pk__in=visit_ids, state=State.MISSED)
        rows = list(missed.order_by("pk").select_for_update(no_key=True))
        if not rows:
            raise NotMissed
        FreeVisit.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.PARDONED, pardoned_by=actor, pardon_reason=why
        )
        for row in rows:
            audit.record(
                actor=actor,
                action="noshows.visit.pardoned",
                subject=f"free-visit:{row.pk}",
                facts={"reason": why, "line_id": row.line_id},
                at=at,
            )
    return len(rows)
