"""The pages of the book: the ladder of works, stranger, wrong method, gone; and never in full."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from django.test import Client

from accounts.travellers.models import Traveller
from kernel.outbox.models import Event
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller, resident_number

pytestmark = pytest.mark.django_db

NUMBER = resident_number(date(1988, 5, 17))
FIELDS = {"name": "张测试", "kind": "RESIDENT_ID", "number": NUMBER}


def test_a_traveller_is_added_shown_masked_changed_and_removed(client: Client) -> None:
    assert client.post("/en/me/travellers/add/", FIELDS).headers["Location"] == "/en/me/travellers/"
    traveller = Traveller.objects.get()
    page = f"/en/me/travellers/{traveller.pk}/"

    for path in ("/en/me/travellers/", page, f"{page}remove/"):
        shown = client.get(path).content.decode()
        assert "张测试" in shown
        assert NUMBER not in shown
        assert NUMBER[:-4] not in shown

    client.post(page, FIELDS | {"name": "张新名", "number": ""})
    assert Traveller.objects.get().name == "张新名"
    client.post(f"{page}remove/")
    assert not Traveller.objects.exists()
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": NUMBER[:-1] + "¾"}, "number"),
        ({"number": "x" * 10_000}, "number"),
        ({"number": "", "name": "张"}, "number"),
        ({"name": "<b>张</b>"}, "name"),
        ({"name": ""}, "name"),
        ({"kind": "HOSPITAL"}, "kind"),
        ({"kind": "PASSPORT", "number": "E00000000"}, "birth_date"),
        ({"kind": "PASSPORT", "number": "E00000000", "birth_date": "1988-02-30"}, "birth_date"),
        ({"kind": "PASSPORT", "number": "E00000000", "issuer": "ZZ"}, "issuer"),
        ({"phone": "12345"}, "phone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: Client, fields: dict[str, str], field: str
) -> None:
    reply = client.post("/en/me/travellers/add/", FIELDS | fields)

    assert reply.status_code == 200
    assert field in reply.context["form"].errors
    assert not Traveller.objects.exists()


@pytest.mark.parametrize("path", ["", "remove/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(path: str, method: str) -> None:
    mine = make_traveller(TouristFactory().actor)
    for browser in (Client(), enter(TouristFactory())):
        reply = getattr(browser, method)(f"/en/me/travellers/{mine.pk}/{path}", FIELDS)

        assert reply.status_code == 404
        assert "张测试" not in reply.content.decode()

    mine.refresh_from_db()
    assert mine.name == "张测试"


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "-1", "x"])
def test_made_up_ids_are_not_found(client: Client, number: str) -> None:
    assert client.get(f"/en/me/travellers/{number}/").status_code == 404


def test_ids_owners_and_indexes_from_the_client_are_ignored(client: Client) -> None:
    foreign = make_traveller("user:77", sequence=997)

    client.post(
        "/en/me/travellers/add/",
        FIELDS | {"id": foreign.pk, "pk": foreign.pk, "owner": "user:77", "document_index": "x"},
    )

    made = Traveller.objects.exclude(pk=foreign.pk).get()
    assert made.owner.startswith("guest:")
    assert made.document_index != "x"


def test_the_number_is_nowhere_but_under_its_seal(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.post("/en/me/travellers/add/", FIELDS)
        client.post("/en/me/travellers/add/", FIELDS | {"number": NUMBER[:-1] + "!"})

    session = str(dict(client.session.items()))
    events = " ".join(str(row) for row in Event.objects.values_list("facts", "key"))
    assert NUMBER[:-1] not in caplog.text + session + events
