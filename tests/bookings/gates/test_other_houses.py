"""What a device of one house says of a pass that holds nothing of it touches no other house."""

from __future__ import annotations

import pytest

from bookings.gates import bundle
from bookings.gates import operations as gates
from bookings.gates.models import Incident
from bookings.vouchers import posts
from bookings.vouchers.models import Redemption
from bookings.vouchers.posts import Post
from tests.bookings.gates.conftest import NOON, Device, opened
from tests.bookings.gates.test_bundle import FLAGS
from tests.bookings.gates.test_scans import alone
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def strangers_gate(region, now):
    """A device of another house, which sells nothing of what the pass holds."""
    house = OrganisationFactory(region=region)
    gate = Post(
        zone="plain:9", title={"en": "Elsewhere"}, organisation_id=house.pk, region_id=region.pk
    )
    posts.register(
        lambda *, organisation_ids, at, zone="": [gate] if house.pk in organisation_ids else [],
        label="test.strangers-gate",
    )
    device = Device()
    assert device.enrol(gates.invite(post=gate, alone="ANY", actor="user:1", at=NOON)).json()
    yield device
    posts.unregister("test.strangers-gate")


def test_another_house_bars_no_pass_at_our_gates(strangers_gate, enrolled, carrier):
    strangers_gate.scans([alone(1, carrier)])
    ours = enrolled()

    incident = Incident.objects.get()
    _head, [row] = opened(ours.ask("/gate/v1/bundle").content)
    answer = ours.scan(seq=1, text=carrier.short_code)

    assert (incident.reason, incident.carrier, incident.earlier) == ("not_ours", None, None)
    assert not row[FLAGS] & bundle.BARRED
    assert answer["ok"] is True
    assert Redemption.objects.count() == 1


def test_a_pass_of_two_houses_is_barred_where_it_was_let_in_only(strangers_gate, enrolled, carrier):
    strangers_gate.scans([alone(1, carrier)])
    Incident.objects.update(carrier=carrier)

    assert enrolled().scan(seq=1, text=carrier.short_code)["ok"] is True
