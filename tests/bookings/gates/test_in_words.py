"""The back office says where, how and why in words, in the reader's language, and no codes."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.organisations.models import Organisation, Role
from bookings.gates import texts
from bookings.gates.models import Incident
from bookings.vouchers import reasons
from tests.bookings.gates.test_scans import alone
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(doors) -> Client:
    house = Organisation.objects.get(pk=doors[0].organisation_id)
    user = UserFactory(login_name="desk", is_staff=True)
    return enter(MembershipFactory(user=user, organisation=house, role=Role.OPERATOR).user)


@pytest.fixture
def busy(enrolled, carrier, doors):
    """A scan that counts, one that is refused, and one that a gate alone let in."""
    north, south = enrolled(0), enrolled(1)
    north.scan(seq=1, text=carrier.short_code)
    north.scan(seq=2, text="000000", shown="DIGITS", direction="OUT")
    north.scan(seq=3, text=carrier.short_code)
    south.scans([alone(1, carrier)])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("The area · North", "six digits", "This number is not known", "Used already.")),
        ("zh-hans", ("景区 · north", "六位数字", "此数字不存在", "已使用")),
    ],
)
def test_scans_and_incidents_are_told_in_words(desk, busy, language, words):
    pages = {
        name: desk.get(f"/{language}/ops/bookings_gates/{name}/").content.decode()
        for name in ("gatescan", "gatedevice", "incident")
    }

    scans = pages["gatescan"]
    assert all(word in scans for word in words), words
    assert all(words[0] in page for page in pages.values())
    for raw in ("unknown_digits", "already_used", "DIGITS", "plain:1@", ">OUT<", ">IN<"):
        assert not any(raw in _rows(page) for page in pages.values()), raw


def test_an_incident_and_its_scans_have_names(desk, busy):
    incident = Incident.objects.get()

    page = desk.get(f"/en/ops/bookings_gates/incident/{incident.pk}/change/").content.decode()

    assert f"#{incident.scan.device_id} The area · South · 1" in page
    assert str(incident) == f"{incident.scan} · {reasons.words_of('already_used')}"


def test_who_was_turned_away_is_told_to_the_house(desk, busy):
    page = desk.get("/en/ops/bookings_vouchers/turnedaway/").content.decode()

    assert "The area" in page
    assert "already_used" not in _rows(page)


def test_a_code_without_words_is_told_as_it_is():
    assert texts.why("never_heard_of") == "never_heard_of"
    assert texts.why("not_enough") == str(reasons.WORDS["not_enough"])
    assert "offline" in texts.why("not_bound")


def _rows(page: str) -> str:
    """The rows of a list, without its filters."""
    return page.partition('id="result_list"')[2].partition("</table>")[0]
