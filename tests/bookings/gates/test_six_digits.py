"""Six digits that a holder's page shows are typed at a gate that can ask the site."""

from __future__ import annotations

import pytest

from bookings.codes import operations as issuers
from bookings.gates.models import GateScan, Incident
from bookings.holders import operations as holders
from bookings.vouchers.models import Redemption
from tests.bookings.gates.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def digits(carrier) -> str:
    return holders.tell_digits(carrier=carrier, at=NOON)


def test_they_let_in_once_and_are_kept_as_what_they_were(enrolled, digits):
    device = enrolled()

    first = device.scan(seq=1, text=digits, shown="DIGITS")
    second = device.scan(seq=2, text=digits, shown="DIGITS")

    assert (first["ok"], len(first["people"])) == (True, 1)
    assert (second["ok"], second["reason"]) == (False, "already_used")
    assert Redemption.objects.get().fallback == "DIGITS"


def test_wrong_ones_open_nothing_and_cannot_be_guessed(enrolled, digits):
    device, wrong = enrolled(), f"{(int(digits) + 1) % 10**6:06}"

    said = [device.scan(seq=seq, text=wrong, shown="DIGITS")["reason"] for seq in range(1, 7)]

    assert said == ["unknown_digits"] * 5 + ["too_many"]
    assert device.scan(seq=7, text=digits)["reason"] == "too_many"
    assert not Redemption.objects.exists()


def test_digits_of_a_code_that_was_replaced_open_nothing(enrolled, carrier, digits):
    issuers.replace(serial=carrier.serial, last_day=carrier.last_day, actor="guest:1", at=NOON)

    assert enrolled().scan(seq=1, text=digits)["reason"] == "unknown_digits"
    assert not Redemption.objects.exists()


def test_a_gate_alone_cannot_have_let_in_by_them(enrolled, digits):
    """It says so all the same: kept, an incident, and nothing used."""
    enrolled().scan(seq=1, text=digits, shown="DIGITS", offline=True, let_in=True)

    assert GateScan.objects.get().reason == "unknown_code"
    assert Incident.objects.get().carrier is None
    assert not Redemption.objects.exists()
