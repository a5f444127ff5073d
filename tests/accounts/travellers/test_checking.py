"""Names are compared with numbers by a service that may be wrong, slow or gone; nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.messages.fakes.identity import IdentityDesk
from accounts.messages.fakes.server import serve
from accounts.travellers import aliyun, checks, operations, queries
from accounts.travellers.aliyun import AliyunIdentity
from accounts.travellers.checks import Outcome
from accounts.travellers.documents import Kind
from accounts.travellers.models import Traveller
from accounts.travellers.operations import checking
from kernel.http import NoAnswer
from kernel.outbox.models import Event
from tests.factories.accounts import make_traveller, resident_number

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
BORN = date(1988, 5, 17)


@pytest.fixture
def desk(tmp_path, settings, socket_enabled) -> Iterator[IdentityDesk]:
    server = serve("127.0.0.1", 0, tmp_path)
    server.start()
    named = server.desk.keys.identity_settings_at(server.url)
    settings.IDENTITY_CHECK = {
        name.removeprefix("ALIYUN_IDENTITY_"): text for name, text in named.items()
    }
    checks.use(aliyun.checker())
    yield server.identity
    checks.use(None)
    server.stop()


def outcome_of(traveller: Traveller) -> tuple[str, datetime | None, str]:
    traveller.refresh_from_db()
    return traveller.check_outcome, traveller.checked_at, traveller.checked_by


@pytest.mark.parametrize(
    ("name", "is_known", "outcome"),
    [
        ("张测试", True, Outcome.MATCH),
        ("李测试", True, Outcome.MISMATCH),
        ("张测试", False, Outcome.UNKNOWN),
    ],
)
def test_the_adapter_speaks_the_services_wire(desk, name, is_known, outcome):
    number = resident_number(BORN)
    desk.names[number] = "张测试"
    if not is_known:
        desk.strangers.add(number)

    checker = checks.find()

    assert checker is not None
    assert checker.check(name=name, number=number) == outcome


def test_a_wrong_secret_is_no_answer(desk):
    checker = checks.find()
    assert isinstance(checker, AliyunIdentity)
    stranger = AliyunIdentity(replace(checker.account, secret="wrong"))

    with pytest.raises(NoAnswer, match="SignatureDoesNotMatch"):
        stranger.check(name="张测试", number=resident_number(BORN))

    assert desk.asked == 0


def test_number_and_name_stand_in_no_address(desk, monkeypatch):
    lines: list[str] = []
    from kernel import http

    send = http.send

    def listening(method, url, *rest, **more):
        lines.append(url)
        return send(method, url, *rest, **more)

    monkeypatch.setattr(http, "send", listening)
    checker = checks.find()
    assert checker is not None

    checker.check(name="张测试", number=resident_number(BORN))

    assert len(lines) == 1
    assert resident_number(BORN) not in lines[0]
    assert "%" not in lines[0]


@pytest.mark.django_db
def test_who_is_entered_is_asked_about_and_the_answer_is_a_fact(desk, caplog):
    caplog.set_level(logging.DEBUG)
    traveller = make_traveller("user:1", at=AT)
    assert outcome_of(traveller) == ("", None, "")
    [event] = Event.objects.filter(name=operations.ENTERED)
    assert event.facts == {"traveller_id": traveller.pk}

    taken = operations.ask_due(at=AT, traveller_ids=[traveller.pk])

    assert taken == 1
    assert outcome_of(traveller) == ("MATCH", AT, "aliyun")
    assert traveller.check_due_at is None
    assert Event.objects.filter(name=operations.CHECKED).count() == 1
    assert resident_number(BORN) not in caplog.text
    assert operations.ask_due(at=AT + timedelta(days=1)) == 0
    assert desk.asked == 1


@pytest.mark.django_db
def test_where_the_service_is_down_the_gate_compares_and_it_is_asked_again(desk):
    desk.faults["down"] = 1
    traveller = make_traveller("user:1", at=AT)

    operations.ask_due(at=AT)

    assert outcome_of(traveller) == ("UNKNOWN", None, "")
    assert traveller.check_due_at == AT + timedelta(minutes=1)
    desk.faults["down"] = 0
    assert operations.ask_due(at=AT + timedelta(seconds=59)) == 0
    assert operations.ask_due(at=AT + timedelta(minutes=1)) == 1
    assert outcome_of(traveller) == ("MATCH", AT + timedelta(minutes=1), "aliyun")


@pytest.mark.django_db
def test_after_twelve_tries_it_stays_for_the_gate(desk):
    desk.faults["down"] = 1
    traveller = make_traveller("user:1", at=AT)
    at, tries = AT, 0

    while traveller.check_due_at is not None:
        operations.ask_due(at=at)
        tries += 1
        traveller.refresh_from_db()
        at = traveller.check_due_at or at

    assert tries <= 13
    assert traveller.check_outcome == "UNKNOWN"


@pytest.mark.django_db
def test_another_name_is_asked_about_again_and_the_same_is_not(desk):
    traveller = make_traveller("user:1", name="张测试", at=AT)
    operations.ask_due(at=AT)

    make_traveller("user:1", name="张测试", at=AT + timedelta(hours=1))
    assert outcome_of(traveller)[0] == "MATCH"
    operations.change(
        traveller_id=traveller.pk, actors=["user:1"], name="李测试", kind=Kind.RESIDENT_ID, number="",
        at=AT + timedelta(hours=2),
    )  # fmt: skip

    assert outcome_of(traveller) == ("", None, "")
    operations.ask_due(at=AT + timedelta(hours=2))
    assert outcome_of(traveller)[0] == "MISMATCH"
    assert [one.name for one in queries.mismatched([traveller.pk], actors=["user:1"])] == ["李测试"]
    assert queries.mismatched([traveller.pk], actors=["user:2"]) == []


@pytest.mark.django_db
def test_an_answer_for_a_name_that_was_changed_meanwhile_is_thrown_away(desk):
    traveller = make_traveller("user:1", name="张测试", at=AT)

    class Slow:
        name = "slow"

        def check(self, *, name: str, number: str) -> Outcome:
            Traveller.objects.filter(pk=traveller.pk).update(name="李测试")
            return Outcome.MATCH

    checks.use(Slow())
    operations.ask_due(at=AT)

    assert outcome_of(traveller) == ("", None, "")
    assert Event.objects.filter(name=operations.CHECKED).count() == 0


@pytest.mark.django_db
def test_other_documents_are_nobodys_question(desk):
    passport = operations.remember(
        actor="user:1",
        name="García",
        kind=Kind.PASSPORT,
        number="AAB123456",
        birth_date=BORN,
        at=AT,
    )

    assert operations.ask_due(at=AT) == 0
    assert outcome_of(passport) == ("", None, "")
    assert desk.asked == 0


@pytest.mark.django_db
def test_nobody_tries_out_many_people_a_day(desk, monkeypatch):
    monkeypatch.setattr(checking, "MOST_A_DAY", 2)
    people = [make_traveller("user:1", sequence=n, at=AT) for n in (996, 997, 998)]

    operations.ask_due(at=AT)

    assert desk.asked == 2
    assert [outcome_of(one)[0] for one in people] == ["MATCH", "MATCH", "UNKNOWN"]
    tomorrow = people[2].check_due_at
    assert tomorrow is not None
    assert tomorrow > AT + timedelta(hours=1)
    operations.ask_due(at=tomorrow)
    assert outcome_of(people[2])[0] == "MATCH"


@pytest.mark.django_db
def test_nobody_tries_out_many_names_of_one_number(desk):
    for n in range(checking.MOST_A_NUMBER + 2):
        make_traveller(f"guest:{n}", name=f"张{'测' * (n + 1)}", at=AT)

    operations.ask_due(at=AT)

    assert desk.asked == checking.MOST_A_NUMBER


@pytest.mark.django_db
def test_without_a_service_nobody_is_asked():
    traveller = make_traveller("user:1", at=AT)

    assert operations.ask_due(at=AT) == 0
    assert outcome_of(traveller) == ("", None, "")
    assert traveller.check_due_at is None
    assert Event.objects.filter(name=operations.ENTERED).count() == 0
