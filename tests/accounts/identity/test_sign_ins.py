"""How long a sign-in lasts, and what ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.identity import operations
from accounts.identity.models import SignIn, TrustedDevice, User
from accounts.identity.session_store import SessionStore
from kernel import clock
from tests.cast import authenticator_of, enter
from tests.factories.accounts import PASSWORD, TouristFactory, UserFactory

pytestmark = pytest.mark.django_db


def is_in(browser: Client) -> bool:
    return "Where you are signed in" in browser.get("/en/me/").content.decode()


def move(user: User, **fields: datetime) -> None:
    SignIn.objects.filter(user=user).update(**fields)


@pytest.mark.parametrize(
    ("make", "idle", "longest"),
    [
        (TouristFactory, timedelta(days=30), timedelta(days=180)),
        (UserFactory, timedelta(hours=2), timedelta(hours=14)),
    ],
)
def test_a_sign_in_ends_when_idle_and_at_the_latest(
    make: type, idle: timedelta, longest: timedelta
) -> None:
    user = make()
    browser, now = enter(user), clock.now()
    move(user, seen_at=now - idle + timedelta(minutes=1))
    assert is_in(browser)
    assert SignIn.objects.get().seen_at >= now

    move(user, seen_at=now - idle - timedelta(minutes=1))
    assert not is_in(browser)

    again = enter(user)
    SignIn.objects.order_by("pk").first().delete()
    move(user, ends_at=now)
    assert not is_in(again)
    assert timedelta(hours=14) == operations.sign_ins.WORK_LONGEST
    assert longest in (operations.sign_ins.WORK_LONGEST, operations.sign_ins.VISIT_LONGEST)


def test_a_look_within_five_minutes_writes_nothing() -> None:
    user = TouristFactory()
    browser = enter(user)
    seen = SignIn.objects.get().seen_at

    assert is_in(browser)

    assert SignIn.objects.get().seen_at == seen


def test_a_new_password_ends_every_sign_in() -> None:
    user = UserFactory()
    browsers = [enter(user), enter(user)]

    operations.set_password(user=user, password="ridges above the mist", at=clock.now())

    assert not any(is_in(browser) for browser in browsers)


def test_closing_the_account_ends_every_sign_in() -> None:
    user = TouristFactory()
    browser = enter(user)

    operations.close(user=user, by="user:1", at=clock.now())

    assert not is_in(browser)
    assert not User.objects.get().is_active


def test_forgetting_the_second_factor_ends_every_sign_in_and_trust() -> None:
    user = UserFactory()
    browser = enter(user)
    operations.trust_device(user=user, at=clock.now())

    operations.forget_factors(user=user, by="user:1", at=clock.now())

    assert not is_in(browser)
    assert not TrustedDevice.objects.exists()


def test_a_new_authenticator_ends_the_other_sign_ins_and_keeps_this_one() -> None:
    user = UserFactory()
    here, there = enter(user), enter(user)
    first = SignIn.objects.order_by("pk").first()
    assert first is not None
    pending = operations.begin_enrolment(user=user)

    codes = operations.confirm_enrolment(
        user=user, code=operations.factors.current_code(pending), keep=first.pk, at=clock.now()
    )

    assert codes is not None
    assert len(codes) == 8
    assert is_in(here)
    assert not is_in(there)
    assert authenticator_of(user) == pending


def test_a_session_without_its_sign_in_is_nobody(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)

    assert not is_in(client)
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("key", ['"aaaaaaaaaaaa\\000"', "a" * 5000, "k\xe9y-of-another-door"])
def test_a_session_key_that_no_session_can_have_is_nobody(key: str) -> None:
    browser = Client(headers={"Cookie": f"sessionid={key}"})

    with CaptureQueriesContext(connection) as asked:
        answer = browser.get("/en/me/")

    assert answer.status_code == 200
    assert "session_key" not in "".join(query["sql"] for query in asked)


def test_who_was_signed_out_is_signed_in_nowhere_in_the_same_request() -> None:
    browser = enter(TouristFactory())
    session = SessionStore(browser.session.session_key)
    assert session.sign_in == SignIn.objects.get()

    session.flush()

    assert session.sign_in is None


def test_a_session_ends_by_the_clock_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demonstration runs on another day than the machine it runs on."""
    now = timezone.now() + timedelta(hours=20)
    monkeypatch.setattr(clock, "now", lambda: now)
    session = SessionStore()
    session["at_work"] = True
    session.set_expiry(14 * 3600)
    session.save()

    kept = SessionStore(session.session_key).load()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=14, seconds=1))

    assert kept["at_work"] is True
    assert SessionStore(session.session_key).load() == {}
