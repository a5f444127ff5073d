"""What a gate did alone and the rules do not count: found, shown, and looked at by somebody."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.gates.models import GateScan, Incident, Outcome
from bookings.vouchers.models import Pass
from kernel.audit import operations as audit
from kernel.errors import NotFound, Refusal
from kernel.outbox import operations as outbox

logger = logging.getLogger(__name__)


class NoteMissing(Refusal):
    """Nobody said what was done."""

    code = "note_missing"
    status = 400
    message = _("Write in a few words what was done.")


def open_for(scan: GateScan, *, at: datetime) -> Incident:
    """Open the incident of a scan that was let in and not counted; in the caller's transaction."""
    carrier = _carrier_of(scan)
    incident = Incident.objects.create(
        scan=scan,
        earlier=_counted_before(scan) if carrier else None,
        carrier=carrier,
        reason=scan.reason,
        opened_at=at,
    )
    logger.warning("gate let in what does not count: incident %s, %s", incident.pk, incident.reason)
    _tell("opened", incident, at)
    return incident


def close(
    *, incident_id: int, organisation_ids: Collection[int], actor: str, note: str, at: datetime
) -> None:
    """Say what was done; the pass opens gates again. Again it changes nothing.

    :raises NotFound: there is none, or another organisation's. :raises NoteMissing: no word of it.
    """
    if not note.strip():
        raise NoteMissing(field="note")
    with transaction.atomic():
        ours = Incident.objects.filter(
            pk=incident_id, scan__device__organisation_id__in=organisation_ids
        )
        if not ours.exists():
            raise NotFound
        if ours.filter(closed_at__isnull=True).update(
            closed_at=at, closed_by=actor, note=note.strip()[:200]
        ):
            incident = Incident.objects.select_related("carrier").get(pk=incident_id)
            audit.record(
                actor=actor,
                action="gates.incident.closed",
                subject=f"gate-incident:{incident_id}",
                facts={"reason": incident.reason},
                at=at,
            )
            _tell("closed", incident, at)


def _carrier_of(scan: GateScan) -> Pass | None:
    """The pass, where it holds anything of the device's house: another's is not its business."""
    held = Pass.objects.filter(
        pk=scan.carrier_id or 0, vouchers__line__supplier_id=scan.device.organisation_id
    )
    return held.first()


def _counted_before(scan: GateScan) -> GateScan | None:
    """The scan of the same pass that was counted, as far as a device of the same house made it."""
    same = GateScan.objects.filter(
        carrier_id=scan.carrier_id,
        device__organisation_id=scan.device.organisation_id,
        outcome=Outcome.COUNTED,
    )
    return same.exclude(pk=scan.pk).order_by("-at", "-pk").first()


def _tell(word: str, incident: Incident, at: datetime) -> None:
    """News for whoever watches, and for the gates: the order's rights are to be read again."""
    facts = {"incident_id": incident.pk, "reason": incident.reason}
    if incident.carrier:
        facts["order_id"] = incident.carrier.order_id
    outbox.record(
        name=f"bookings.gate.incident-{word}",
        key=f"gate-incident-{word}:{incident.pk}",
        facts=facts,
        at=at,
    )
