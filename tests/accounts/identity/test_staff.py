"""Signing in to work: password and second factor, one answer for everything that is wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core import mail
from django.test import Client

from accounts.identity import operations
from accounts.identity.models import Authenticator, RecoveryCode, SignIn, TrustedDevice, User
from accounts.identity.operations import factors
from accounts.organisations.models import Role
from kernel import clock
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from tests.cast import Cast, assemble, authenticator_of, enter
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db

DO_NOT_FIT = "do not fit together"


@pytest.fixture
def cast() -> Cast:
    return assemble(RegionFactory())


def post(client: Client, user: User, **more: str) -> object:
    fields = {"username": user.login_name, "password": PASSWORD} | more
    return client.post("/en/staff/", fields)


def fresh_code(user: User) -> str:
    return factors.current_code(authenticator_of(user))


def test_name_password_and_code_lead_to_work(client: Client, cast: Cast) -> None:
    reply = post(client, cast.li_wei, code=fresh_code(cast.li_wei))

    assert reply.headers["Location"] == "/en/work/"
    assert "/en/ops/" in client.get("/en/work/").content.decode()
    assert client.get("/en/ops/").status_code == 200
    assert SignIn.objects.get().is_work


def test_the_e_mail_address_does_as_well(client: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.li_wei.pk).update(email="li.wei@example.org")

    reply = client.post(
        "/en/staff/",
        {"username": "Li.Wei@Example.org", "password": PASSWORD, "code": fresh_code(cast.li_wei)},
    )

    assert reply.headers["Location"] == "/en/work/"


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "not the password"},
        {"code": "000000"},
        {"code": ""},
        {"code": "abc"},
        {"code": "٠٠٠٠٠٠"},
        {"username": "nobody"},
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    client: Client, cast: Cast, fields: dict[str, str]
) -> None:
    reply = post(client, cast.li_wei, **({"code": fresh_code(cast.li_wei)} | fields))

    assert DO_NOT_FIT in reply.content.decode()
    assert not SignIn.objects.exists()
    assert Entry.objects.get().action == "accounts.sign-in.refused"


def test_a_code_is_good_once(client: Client, cast: Cast) -> None:
    code = fresh_code(cast.li_wei)
    post(client, cast.li_wei, code=code)

    reply = post(Client(), cast.li_wei, code=code)

    assert DO_NOT_FIT in reply.content.decode()


def test_five_wrong_tries_lock_the_name_at_that_address_only(cast: Cast) -> None:
    attacker, owner = Client(REMOTE_ADDR="198.51.100.1"), Client(REMOTE_ADDR="198.51.100.2")
    for _try in range(5):
        post(attacker, cast.li_wei, password="guess")

    locked = post(attacker, cast.li_wei, code=fresh_code(cast.li_wei))
    spoofed = attacker.post(
        "/en/staff/",
        {"username": "li-wei", "password": PASSWORD, "code": fresh_code(cast.li_wei)},
        headers={"X-Forwarded-For": "192.0.2.77"},
    )

    assert DO_NOT_FIT in locked.content.decode()
    assert DO_NOT_FIT in spoofed.content.decode()
    assert not SignIn.objects.exists()
    assert post(owner, cast.li_wei, code=fresh_code(cast.li_wei)).status_code == 302


def test_guessing_codes_with_the_right_password_is_slowed_down_and_locked(cast: Cast) -> None:
    authenticator_of(cast.li_wei)
    for number in range(12):
        browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        post(browser, cast.li_wei, code="000000")

    assert not SignIn.objects.exists()
    device = Authenticator.objects.get(user=cast.li_wei)
    assert device.throttling_failure_count >= 1
    assert device.verify_is_allowed()[0] is False


def test_neither_password_nor_code_is_kept_of_a_failed_try(client: Client, cast: Cast) -> None:
    post(client, cast.li_wei, password="my secret word", code="123987")

    kept = " ".join(str(value) for value in AccessAttempt.objects.values().get().values())
    assert "my secret word" not in kept
    assert "123987" not in kept


def test_a_recovery_code_stands_in_once(client: Client, cast: Cast) -> None:
    pending = operations.begin_enrolment(user=cast.li_wei)
    codes = operations.confirm_enrolment(
        user=cast.li_wei, code=factors.current_code(pending), keep=None, at=clock.now()
    )
    assert codes is not None

    first = post(client, cast.li_wei, code=codes[0].lower())
    again = post(Client(), cast.li_wei, code=codes[0])

    assert first.headers["Location"] == "/en/work/"
    assert DO_NOT_FIT in again.content.decode()
    stored = " ".join(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert not any(code.replace("-", "") in stored for code in codes)


def test_the_first_sign_in_leads_to_enrolment_and_nothing_else(client: Client) -> None:
    user = MembershipFactory(user=UserFactory(is_staff=True), role=Role.ADMIN).user

    assert post(client, user).headers["Location"] == "/en/staff/authenticator/"
    assert "/en/staff/" in client.get("/en/work/").headers["Location"]
    assert client.get("/en/ops/").status_code == 302

    page = client.get("/en/staff/authenticator/").content.decode()
    assert "<svg" in page
    pending = Authenticator.objects.get(user=user, confirmed=False)
    done = client.post("/en/staff/authenticator/", {"code": factors.current_code(pending)})

    assert len(re.findall(r"<code>[0-9A-Z]{5}-[0-9A-Z]{5}</code>", done.content.decode())) == 8
    assert client.get("/en/ops/").status_code == 200


def test_a_wrong_first_code_enrols_nothing(client: Client) -> None:
    user = MembershipFactory(user=UserFactory(is_staff=True), role=Role.ADMIN).user
    post(client, user)

    client.post("/en/staff/authenticator/", {"code": "000000"})

    assert not Authenticator.objects.filter(confirmed=True).exists()
    assert client.get("/en/ops/").status_code == 302


def test_the_seed_is_sealed(cast: Cast) -> None:
    device = authenticator_of(cast.li_wei)

    assert factors.seed_of(device).hex() not in device.seed_sealed
    assert len(factors.seed_of(device)) == 20


def test_a_phone_sign_in_never_enrols_an_authenticator() -> None:
    user = UserFactory()
    browser = enter(user, verified=False)
    session = browser.session
    session["at_work"] = False
    session.save()
    operations.begin_enrolment(user=user)

    assert browser.get("/en/staff/authenticator/").headers["Location"] == "/en/staff/"


def test_a_gate_may_trust_its_device_for_thirty_days(cast: Cast) -> None:
    gate = Client()
    post(gate, cast.zhao_min, code=fresh_code(cast.zhao_min), trust="on")
    gate.post("/en/me/sign-out/")
    token = gate.cookies["trusted"]
    assert token["httponly"]
    assert token["samesite"] == "Strict"

    without_code = post(gate, cast.zhao_min)

    assert without_code.headers["Location"] == "/en/work/"
    assert token.value not in TrustedDevice.objects.get().token_hash
    gate.post("/en/me/sign-out/")
    TrustedDevice.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert DO_NOT_FIT in post(gate, cast.zhao_min).content.decode()


def test_a_trusted_device_does_not_open_somebody_elses_account(cast: Cast) -> None:
    gate = Client()
    post(gate, cast.zhao_min, code=fresh_code(cast.zhao_min), trust="on")
    authenticator_of(cast.sun_tao)

    reply = post(gate, cast.sun_tao)

    assert DO_NOT_FIT in reply.content.decode()


def test_the_back_office_trusts_no_device(client: Client, cast: Cast) -> None:
    post(client, cast.li_wei, code=fresh_code(cast.li_wei), trust="on")
    assert "trusted" not in client.cookies

    token = operations.trust_device(user=cast.li_wei, at=clock.now())
    client.post("/en/me/sign-out/")
    client.cookies["trusted"] = token

    assert DO_NOT_FIT in post(client, cast.li_wei).content.decode()


def test_signing_in_to_work_leads_only_to_ourselves(client: Client, cast: Cast) -> None:
    reply = post(client, cast.li_wei, code=fresh_code(cast.li_wei), next="//evil.example/ops/")

    assert reply.headers["Location"] == "/en/work/"


def test_replacing_the_authenticator_wants_the_password(cast: Cast) -> None:
    browser = enter(cast.li_wei)
    before = authenticator_of(cast.li_wei)

    refused = browser.post("/en/staff/authenticator/", {"password": "guess"})
    assert DO_NOT_FIT in refused.content.decode()
    assert not Authenticator.objects.filter(confirmed=False).exists()

    browser.post("/en/staff/authenticator/", {"password": PASSWORD})
    pending = Authenticator.objects.get(confirmed=False)
    browser.post("/en/staff/authenticator/", {"code": factors.current_code(pending)})

    assert authenticator_of(cast.li_wei) == pending != before
    assert browser.get("/en/ops/").status_code == 200


class TestInvitations:
    def invite(self) -> tuple[User, str]:
        user = operations.invite(
            login_name="New.Person",
            email="new@example.org",
            display_name="New Person",
            is_staff=True,
            language="en",
            by="user:1",
            at=clock.now(),
        )
        outbox.drain(at=clock.now())
        found = re.search(r"http://127\.0\.0\.1:8000(/en/staff/password/\S+)", mail.outbox[-1].body)
        assert found
        return user, found[1]

    def test_the_link_sets_a_password_once(self, client: Client) -> None:
        user, link = self.invite()

        reply = client.post(link, {"password": "waterfalls in early spring"})

        assert reply.headers["Location"] == "/en/staff/"
        user.refresh_from_db()
        assert user.login_name == "new.person"
        assert user.check_password("waterfalls in early spring")
        assert client.get(link).status_code == 404

    def test_the_links_host_is_never_the_requests(self, client: Client) -> None:
        self.invite()

        assert "evil" not in mail.outbox[-1].body
        assert client.get("/en/staff/", headers={"Host": "evil.example"}).status_code == 400

    @pytest.mark.parametrize("password", ["short", "password1234", "qwertyuiop12", "x" * 129])
    def test_weak_passwords_are_refused(self, client: Client, password: str) -> None:
        user, link = self.invite()

        assert client.post(link, {"password": password}).status_code == 200

        user.refresh_from_db()
        assert not user.has_usable_password()

    @pytest.mark.parametrize(
        "path",
        ["/en/staff/password/x/y/", "/en/staff/password/MQ/abc/", "/en/staff/password/____/y/"],
    )
    def test_made_up_links_open_nothing(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 404


def test_passwords_are_hashed_by_argon2_outside_tests() -> None:
    from config import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
