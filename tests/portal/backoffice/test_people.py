"""People in the back office are found by what the platform knows of them."""

import pytest
from django.test import Client

from accounts.identity import phones
from accounts.identity.models import User
from tests.cast import assemble, enter
from tests.factories.accounts import TouristFactory
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return enter(assemble(RegionFactory()).he_ping)


@pytest.fixture
def tourist() -> User:
    phone = phones.seal_phone("16100000077")
    return TouristFactory(
        phone_sealed=phone.sealed, phone_index=phone.index, phone_masked=phone.masked
    )


@pytest.mark.parametrize("typed", ["16100000077", "+86 161-0000-0077"])
def test_a_person_is_found_by_their_whole_phone_number(desk, tourist, typed):
    found = desk.get("/en/ops/accounts_identity/user/", {"q": typed})

    assert [row.pk for row in found.context["cl"].queryset] == [tourist.pk]


def test_a_person_is_chosen_for_a_tab_by_their_phone_number(desk, tourist):
    asked = {"app_label": "bookings_tabs", "model_name": "member", "field_name": "user"}

    found = desk.get("/en/ops/autocomplete/", {**asked, "term": "16100000077"}).json()

    assert [row["id"] for row in found["results"]] == [str(tourist.pk)]


def test_a_part_of_a_number_finds_nobody(desk, tourist):
    found = desk.get("/en/ops/accounts_identity/user/", {"q": "1610000"})

    assert found.context["cl"].result_count == 0
