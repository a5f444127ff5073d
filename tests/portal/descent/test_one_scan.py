"""Gate, cableway and bus in one order and one code; one scan at the bus is good for the gate as well."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from bookings.contracts import Ask
from bookings.gates import operations as gates
from bookings.gates.models import Alone
from bookings.vouchers import operations as vouchers
from bookings.vouchers import posts
from bookings.vouchers.models import JointPost, Pass, Redemption, Voucher
from bookings.vouchers.posts import Post
from kernel import clock
from kernel.audit.models import Entry as Audited
from kernel.errors import NotFound
from tests.bookings.gates.conftest import Device, opened
from tests.factories.tourism import ask_for, person
from tests.portal.descent.conftest import World, buy, other_house
from tests.tourism.conftest import AT, VISIT

pytestmark = pytest.mark.django_db


@pytest.fixture
def joint(world: World) -> JointPost:
    """At the bus one scan uses entry as well; the area has agreed."""
    return JointPost.objects.create(
        organisation=world.shuttle.line.organisation,
        zone=world.shuttle.zone,
        partner=world.product.area.organisation,
        also_zone=f"area:{world.product.area_id}",
        agreed_at=AT,
        agreed_by="user:1",
    )


@pytest.fixture
def pass_(world: World) -> Pass:
    """One person's gate, cableway up and bus."""
    who = person(1)
    buy(
        world,
        ask_for(world.entry, who),
        Ask("ride", str(world.ups[9].pk), (who,)),
        Ask("direct", str(world.windows[0].pk), (who,)),
    )
    return Pass.objects.get()


def at_eight(world: World) -> datetime:
    return world.region.at(VISIT, time(8, 15))


def bus(world: World) -> Post:
    house = world.shuttle.line.organisation_id
    [found] = posts.list_all(organisation_ids=[house], at=at_eight(world))
    return posts.get(key=found.key, organisation_ids=[house], at=at_eight(world))


def scan(carrier: Pass, post: Post, at: datetime) -> vouchers.Redeemed:
    return vouchers.redeem(
        text=carrier.short_code, post=post, request_key="k", actor="user:1", at=at
    )


def used() -> dict[str, int]:
    return {
        zone.partition(":")[0]: used
        for zone, used in Voucher.objects.values_list("zone", "entries_used")
    }


def test_three_vouchers_are_in_one_code(world, pass_):
    assert used() == {"area": 0, "lift": 0, "direct": 0}
    assert Voucher.objects.filter(carrier=pass_).count() == 3


def test_one_scan_burns_gate_and_bus(world, joint, pass_):
    done = scan(pass_, bus(world), at_eight(world))

    assert [voucher.zone for voucher in done.vouchers] == [world.shuttle.zone]
    assert [voucher.zone for voucher in done.also] == [f"area:{world.product.area_id}"]
    assert used() == {"area": 1, "lift": 0, "direct": 1}
    with pytest.raises(vouchers.AlreadyUsed):
        vouchers.redeem(
            text=pass_.short_code, post=bus(world), request_key="again", actor="user:1",
            at=at_eight(world),
        )  # fmt: skip


def test_without_the_partners_word_the_bus_uses_only_its_own(world, joint, pass_):
    vouchers.agree(joint_id=joint.pk, is_agreed=False, actor="user:2", at=AT)

    scan(pass_, bus(world), at_eight(world))

    assert used() == {"area": 0, "lift": 0, "direct": 1}


def test_agreeing_is_audited_and_twice_is_once(world, joint):
    took_back, again = (
        vouchers.agree(joint_id=joint.pk, is_agreed=False, actor="user:2", at=AT)
        for _time in range(2)
    )

    assert (took_back, again) == (True, False)
    assert [entry.action for entry in Audited.objects.all()] == ["vouchers.joint-post.take-back"]


def test_nobody_uses_up_what_a_third_house_has_sold(world, pass_):
    """A row in the name of another house does not reach the area's vouchers."""
    JointPost.objects.create(
        organisation=world.shuttle.line.organisation, zone=world.shuttle.zone,
        partner_id=other_house(world.region), also_zone=f"area:{world.product.area_id}",
        agreed_at=AT, agreed_by="user:1",
    )  # fmt: skip

    scan(pass_, bus(world), at_eight(world))

    assert used() == {"area": 0, "lift": 0, "direct": 1}


def test_of_the_partner_only_what_is_joined_is_used(world, joint, pass_):
    """The bus does not let anybody on by the gate's voucher alone, nor use the cableway's."""
    Voucher.objects.filter(zone=world.shuttle.zone).update(state="VOIDED", voided_at=AT)

    with pytest.raises(vouchers.NotAdmitted):
        scan(pass_, bus(world), at_eight(world))

    assert used() == {"area": 0, "lift": 0, "direct": 0}
    assert not Redemption.objects.exists()


def test_a_strangers_boarding_point_is_no_post(world, joint):
    with pytest.raises(NotFound):
        posts.get(key=bus(world).key, organisation_ids=[other_house(world.region)], at=AT)


class TestAlone:
    """The gate app at the bus, with and without a network."""

    @pytest.fixture
    def device(self, world, joint, pass_, monkeypatch) -> Device:
        monkeypatch.setattr(clock, "now", lambda: at_eight(world))
        made = Device()
        code = gates.invite(post=bus(world), alone=Alone.ANY, actor="user:1", at=clock.now())
        assert made.enrol(code).status_code == 201
        return made

    def test_its_list_has_the_rights_of_both_houses(self, world, device):
        head, rows = opened(device.ask("/gate/v1/bundle").content)

        assert head["zones"] == [world.shuttle.zone, f"area:{world.product.area_id}"]
        assert head["rows"] == len(rows) == 2

    def test_a_scan_burns_both(self, world, device, pass_):
        answer = device.scan(seq=1, text=pass_.short_code, shown="PAPER")

        assert answer["ok"], answer
        assert used() == {"area": 1, "lift": 0, "direct": 1}

    def test_what_it_did_alone_burns_both_when_it_is_told(self, world, device, pass_):
        device.scan(
            seq=1, text=pass_.short_code, shown="PAPER", offline=True, let_in=True,
            at_ms=int((at_eight(world) - timedelta(minutes=3)).timestamp() * 1000),
        )  # fmt: skip

        assert used() == {"area": 1, "lift": 0, "direct": 1}
        assert not Redemption.objects.exclude(is_offline=True).exists()
