"""The chief takes a wrong scan back, on the device that made it, with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.organisations.models import Role
from bookings.gates.models import GateScan, Outcome
from bookings.vouchers.models import Redemption, Voucher
from kernel.audit.models import Entry
from tests.bookings.gates.conftest import NOON
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scanned(enrolled, carrier):
    device = enrolled()
    assert device.scan(seq=1, text=carrier.short_code)["ok"]
    return device


def sign_in(device, organisation_id: int, role: Role, *, verified: bool = True) -> None:
    user = UserFactory(login_name=f"chief-{role}-{organisation_id}")
    MembershipFactory(user=user, organisation_id=organisation_id, role=role)
    enter(user, client=device.client, verified=verified)


def undo(device, reason="Wrong person", seq=1):
    return device.ask("/gate/v1/undo", {"seq": seq, "reason": reason})


def test_the_chief_who_has_signed_in_takes_it_back_and_it_is_audited(scanned, doors):
    sign_in(scanned, doors[0].organisation_id, Role.OPERATOR)

    assert undo(scanned).status_code == 200

    assert GateScan.objects.get().outcome == Outcome.UNDONE
    assert Voucher.objects.get().entries_used == 0
    assert Entry.objects.get(action="vouchers.undone").facts["why"] == "Wrong person"
    assert scanned.scan(seq=2, text=Voucher.objects.get().carrier.short_code)["ok"] is True


@pytest.mark.parametrize(
    ("role", "verified"), [(Role.GATE, True), (Role.DRIVER, True), (Role.OPERATOR, False)]
)
def test_who_is_no_chief_takes_nothing_back(scanned, doors, role, verified):
    sign_in(scanned, doors[0].organisation_id, role, verified=verified)

    answer = undo(scanned)

    assert (answer.status_code, answer.json()["code"]) == (403, "chief_missing")
    assert Redemption.objects.get().undone_at is None


def test_the_chief_of_another_house_is_none_here(scanned, doors):
    sign_in(scanned, MembershipFactory().organisation_id, Role.ADMIN)

    assert undo(scanned).status_code == 403


def test_after_ten_minutes_nothing_is_taken_back(scanned, doors, now):
    sign_in(scanned, doors[0].organisation_id, Role.ADMIN)
    now["at"] = NOON + timedelta(minutes=10, seconds=1)

    assert undo(scanned).status_code == 409
    assert GateScan.objects.get().outcome == Outcome.COUNTED


def test_what_was_never_counted_is_not_found_and_a_reason_is_asked_for(scanned, doors):
    sign_in(scanned, doors[0].organisation_id, Role.ADMIN)

    assert undo(scanned, seq=77).status_code == 404
    assert undo(scanned, reason="  ").status_code == 400
    assert Redemption.objects.get().undone_at is None
