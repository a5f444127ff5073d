"""The pages by which a tourist signs in and out."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.identity.models import SignIn, User
from accounts.travellers.models import Traveller
from kernel import clock
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.accounts.identity.conftest import PHONE, code_sent, wrong
from tests.cast import enter
from tests.factories.accounts import TouristFactory, resident_number

pytestmark = pytest.mark.django_db


def sign_in(client: Client, phone: str = PHONE, **more: str) -> Client:
    client.post("/en/me/sign-in/", {"phone": phone, **more})
    client.post("/en/me/sign-in/code/", {"code": code_sent()})
    return client


def test_signing_in_by_phone_and_out_again(client: Client) -> None:
    sign_in(client)
    assert "Where you are signed in" in client.get("/en/me/").content.decode()

    client.post("/en/me/sign-out/")

    assert "Sign in by phone" in client.get("/en/me/").content.decode()
    assert SignIn.objects.get().ended_at is not None


def test_the_session_key_changes_at_sign_in_and_at_sign_out(client: Client) -> None:
    client.post("/en/me/sign-in/", {"phone": PHONE})
    before = client.cookies["sessionid"].value
    client.post("/en/me/sign-in/code/", {"code": code_sent()})
    after = client.cookies["sessionid"].value

    client.post("/en/me/sign-out/")

    assert after != before
    assert client.cookies["sessionid"].value != after
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert "Sign in by phone" in stolen.get("/en/me/").content.decode()
    stolen.cookies["sessionid"] = after
    assert "Sign in by phone" in stolen.get("/en/me/").content.decode()


def test_known_and_unknown_numbers_get_the_same_answer_for_the_same_work() -> None:
    """The same page after the same statements: neither the words nor the time tell them apart."""
    for number in range(3):
        TouristFactory(phone=f"1619000{number:04d}")
    bodies: dict[str, set[str]] = {"known": set(), "unknown": set()}
    work: dict[str, set[tuple[str, ...]]] = {"known": set(), "unknown": set()}
    for number in range(3):
        for kind, prefix in (("known", "1619000"), ("unknown", "1619001")):
            browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
            phone = f"{prefix}{number:04d}"
            with CaptureQueriesContext(connection) as asked:
                reply = browser.post("/en/me/sign-in/", {"phone": phone}, follow=True)
            work[kind].add(tuple(query["sql"].split()[0] for query in asked))
            token = reply.context["csrf_token"]
            bodies[kind].add(reply.content.decode().replace(str(token), "").replace(phone[-4:], ""))

    assert bodies["known"] == bodies["unknown"]
    assert len(bodies["known"]) == 1
    assert work["known"] == work["unknown"]
    assert len(work["known"]) == 1


def test_a_wrong_code_signs_nobody_in(client: Client) -> None:
    client.post("/en/me/sign-in/", {"phone": PHONE})

    reply = client.post("/en/me/sign-in/code/", {"code": wrong(code_sent())})

    assert reply.status_code == 200
    assert "not right" in reply.content.decode()
    assert not User.objects.exists()
    assert not SignIn.objects.exists()


def test_too_many_codes_are_refused_on_the_form(client: Client) -> None:
    client.post("/en/me/sign-in/", {"phone": PHONE})

    reply = client.post("/en/me/sign-in/", {"phone": PHONE})

    assert "too often" in reply.content.decode()


def test_the_code_page_without_a_challenge_leads_back(client: Client) -> None:
    assert client.get("/en/me/sign-in/code/").headers["Location"] == "/en/me/sign-in/"
    assert client.post("/en/me/sign-in/again/").headers["Location"] == "/en/me/sign-in/"


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/en/me/travellers/", "/en/me/travellers/"),
        ("//evil.example/", "/en/me/"),
        ("https:evil.example", "/en/me/"),
        ("/\\evil.example", "/en/me/"),
        ("https://testserver@evil.example/", "/en/me/"),
        ("javascript:alert(1)", "/en/me/"),
    ],
)
def test_signing_in_leads_only_to_ourselves(client: Client, wanted: str, reached: str) -> None:
    client.post("/en/me/sign-in/", {"phone": PHONE, "next": wanted})

    reply = client.post("/en/me/sign-in/code/", {"code": code_sent()})

    assert reply.headers["Location"] == reached


def test_a_guests_travellers_stay_visible_and_become_the_accounts(client: Client) -> None:
    number = resident_number(date(1988, 5, 17))
    client.post(
        "/en/me/travellers/add/", {"name": "张测试", "kind": "RESIDENT_ID", "number": number}
    )
    guest = Traveller.objects.get().owner
    sign_in(client)
    user = User.objects.get()

    assert "张测试" in client.get("/en/me/travellers/").content.decode()

    facts = Event.objects.get(name="accounts.identity.signed-in").facts
    assert facts == {"user_id": user.pk, "guest_actor": guest}
    outbox.drain(at=clock.now())
    assert Traveller.objects.get().owner == user.actor
    assert "张测试" in client.get("/en/me/travellers/").content.decode()


def test_a_guest_who_only_looks_gets_no_session(client: Client) -> None:
    for path in ("/en/me/", "/en/me/travellers/", "/en/me/sign-in/"):
        client.get(path)

    assert "sessionid" not in client.cookies


def test_another_browser_is_listed_and_can_be_signed_out() -> None:
    user = TouristFactory()
    here, there = enter(user), enter(user)
    other = SignIn.objects.latest("pk")

    here.post(f"/en/me/sign-ins/{other.pk}/end/")

    assert "Sign in by phone" in there.get("/en/me/").content.decode()
    assert "Where you are signed in" in here.get("/en/me/").content.decode()


def test_signing_out_everywhere_else_keeps_this_browser() -> None:
    user = TouristFactory()
    here, there, elsewhere = enter(user), enter(user), enter(user)

    here.post("/en/me/sign-ins/end-others/")

    assert "Where you are signed in" in here.get("/en/me/").content.decode()
    for browser in (there, elsewhere):
        assert "Sign in by phone" in browser.get("/en/me/").content.decode()


def test_nobody_ends_a_strangers_sign_in() -> None:
    mine, strangers = enter(TouristFactory()), enter(TouristFactory())
    theirs = SignIn.objects.latest("pk")

    assert mine.post(f"/en/me/sign-ins/{theirs.pk}/end/").status_code == 404

    assert "Where you are signed in" in strangers.get("/en/me/").content.decode()
    assert not Entry.objects.filter(action="accounts.signed-out").exists()


@pytest.mark.parametrize(
    "path", ["sign-out/", "sign-ins/1/end/", "sign-ins/end-others/", "sign-in/again/"]
)
def test_a_get_changes_nothing(client: Client, path: str) -> None:
    assert client.get(f"/en/me/{path}").status_code == 405


def test_personal_pages_are_never_cached(client: Client) -> None:
    for path in ("/en/me/", "/en/me/travellers/", "/en/me/sign-in/", "/en/staff/"):
        assert "no-store" in client.get(path).headers["Cache-Control"]
