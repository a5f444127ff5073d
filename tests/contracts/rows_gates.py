"""Rows of gates for the shared test of admins."""

from __future__ import annotations

from datetime import timedelta

from bookings.gates.models import GateDevice, GateScan, Incident, Invitation, Outcome
from kernel.places.models import Region
from tests.contracts.orders import moment
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory


def device(n: int) -> GateDevice:
    region: Region = RegionFactory()
    stand = {
        "organisation": OrganisationFactory(region=region),
        "region_id": region.pk,
        "post_key": f"area:{n}@north",
        "place": {"en": f"Gate {n}"},
    }
    invitation = Invitation.objects.create(
        **stand,
        code_hash=f"{n:032d}",
        made_by="user:1",
        made_at=moment(n),
        expires_at=moment(n) + timedelta(minutes=15),
        used_at=moment(n),
    )
    return GateDevice.objects.create(
        **stand,
        invitation=invitation,
        public_key="04" + "00" * 64,
        enrolled_at=moment(n),
        seen_at=moment(n),
        version="abc",
    )


def scan(n: int) -> GateScan:
    return GateScan.objects.create(
        device=device(10_000 + n),
        region_id=1,
        sequence=n + 1,
        at=moment(n),
        received_at=moment(n),
        is_offline=True,
        outcome=Outcome.UNCOUNTED,
        reason="already_used",
    )


def incident(n: int) -> Incident:
    return Incident.objects.create(
        scan=scan(20_000 + n), earlier=scan(40_000 + n), reason="already_used", opened_at=moment(n)
    )


MAKERS = {GateDevice: device, GateScan: scan, Incident: incident}
