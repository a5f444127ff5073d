"""Personal data in the back office: masked until somebody says why, and each look is on record."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kernel.audit.models import Entry
from tests import cast
from tests.factories.accounts import make_traveller, resident_number
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db
WHY = "The gate cannot read the card"


@pytest.fixture
def people():
    return cast.assemble(RegionFactory())


@pytest.fixture
def traveller(people):
    return make_traveller(people.wang_fang.actor)


@pytest.fixture
def number(traveller):
    return resident_number(traveller.birth_date)


def reveal(traveller) -> str:
    return reverse("admin:accounts_travellers_traveller_reveal", args=[traveller.pk])


def looks() -> list[Entry]:
    return list(Entry.objects.filter(action="accounts.revealed"))


def test_asking_shows_nothing_and_is_no_look(people, traveller, number):
    page = cast.enter(people.he_ping).get(reveal(traveller))

    assert page.status_code == 200
    assert number not in page.content.decode()
    assert looks() == []


def test_with_a_reason_it_is_shown_once_and_on_record(people, traveller, number):
    page = cast.enter(people.he_ping).post(reveal(traveller), {"reason": WHY})

    [look] = looks()
    assert number in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert look.actor == f"user:{people.he_ping.pk}"
    assert look.subject == f"accounts_travellers.traveller:{traveller.pk}"
    assert look.facts["reason"] == WHY
    assert number not in str(look.facts)


@pytest.mark.parametrize("reason", ["", "x", " ", "x" * 201])
def test_without_a_reason_nothing_is_shown(people, traveller, number, reason):
    page = cast.enter(people.he_ping).post(reveal(traveller), {"reason": reason})

    assert number not in page.content.decode()
    assert looks() == []


def test_neither_list_nor_page_shows_it(people, traveller, number):
    desk = cast.enter(people.he_ping)
    change = reverse("admin:accounts_travellers_traveller_change", args=[traveller.pk])

    assert number not in desk.get(change).content.decode()
    assert (
        number
        not in desk.get(reverse("admin:accounts_travellers_traveller_changelist")).content.decode()
    )


def test_a_desk_of_an_organisation_may_not_look(people, traveller, number):
    page = cast.enter(people.li_wei).post(reveal(traveller), {"reason": WHY})

    assert page.status_code in (403, 404)
    assert looks() == []
