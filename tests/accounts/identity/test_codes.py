"""Codes by phone: bound, short, few, and the same for everybody."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest

from accounts.identity import operations
from accounts.identity.models import Challenge, User
from accounts.messages.models import Message
from kernel.audit.models import Entry
from kernel.errors import TooMany
from tests.accounts.identity.conftest import PHONE, code_sent, wrong

pytestmark = pytest.mark.django_db


def ask(at: datetime, phone: str = PHONE, address: str = "203.0.113.9") -> Challenge:
    return operations.ask_for_code(phone=phone, address=address, language="en", at=at)


def answer(challenge: Challenge, code: str, at: datetime, address: str = "203.0.113.9") -> User:
    return operations.answer_code(
        ref=challenge.ref, code=code, address=address, language="en", at=at
    )


def test_the_right_code_makes_an_account_and_finds_it_again(at: datetime) -> None:
    first = answer(ask(at), code_sent(), at)

    later = at + timedelta(minutes=2)
    again = answer(ask(later), code_sent(), later)

    assert again == first
    assert (first.phone_masked, first.language, first.is_staff) == ("161****0001", "en", False)
    assert PHONE not in first.phone_sealed


def test_a_code_is_good_once(at: datetime) -> None:
    challenge, code = ask(at), code_sent()
    answer(challenge, code, at)

    with pytest.raises(operations.CodeWrong):
        answer(challenge, code, at)


def test_a_code_is_good_for_ten_minutes(at: datetime) -> None:
    challenge, code = ask(at), code_sent()

    with pytest.raises(operations.CodeWrong):
        answer(challenge, code, at + timedelta(minutes=10))

    assert not User.objects.exists()


def test_the_sixth_try_fails_even_with_the_right_code(at: datetime) -> None:
    challenge, code = ask(at), code_sent()
    for _try in range(5):
        with pytest.raises(operations.CodeWrong):
            answer(challenge, wrong(code), at)

    with pytest.raises(operations.CodeWrong):
        answer(challenge, code, at)

    assert not User.objects.exists()
    assert Challenge.objects.get().tries == 5
    actions = Entry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["accounts.code.wrong"] * 4 + ["accounts.code.locked"]


def test_ten_thousand_guesses_find_nothing(at: datetime) -> None:
    """A hundred of them in the short run."""
    challenge, code = ask(at), code_sent()
    let_in, tried = 0, 0
    for guess in range(10_000 if os.environ.get("QUANYU_LONG") else 100):
        text = f"{guess:06d}"
        if text == code:
            continue
        try:
            answer(challenge, text, at, address=f"198.51.100.{guess % 250}")
            let_in += 1
        except operations.CodeWrong:
            tried += 1
        except TooMany:
            break

    assert let_in == 0
    assert Challenge.objects.get().tries == 5


def test_a_code_opens_only_the_phone_it_was_sent_to(at: datetime) -> None:
    mine = ask(at)
    my_code = code_sent()
    other = ask(at, phone="16100000038")

    with pytest.raises(operations.CodeWrong):
        answer(other, my_code, at)

    assert answer(mine, my_code, at).phone_masked == "161****0001"


def test_a_code_for_another_purpose_does_not_sign_in(at: datetime) -> None:
    challenge = operations.ask_for_code(
        phone=PHONE, address="203.0.113.9", language="en", at=at, purpose="change-phone"
    )

    with pytest.raises(operations.CodeWrong):
        answer(challenge, code_sent(), at)


def test_neither_the_row_nor_the_outbox_knows_code_or_phone(at: datetime) -> None:
    from kernel.outbox.models import Event

    challenge, code = ask(at), code_sent()

    row = " ".join(str(value) for value in Challenge.objects.values().get().values())
    facts = " ".join(str(facts) for facts in Event.objects.values_list("facts", "key"))
    assert code not in row.split()
    assert challenge.code_hash != code
    assert PHONE not in row + facts


@pytest.mark.parametrize(
    ("step", "most"),
    [(timedelta(seconds=5), 1), (timedelta(minutes=2), 5), (timedelta(hours=1), 10)],
)
def test_sends_to_one_phone_are_limited(at: datetime, step: timedelta, most: int) -> None:
    sent = 0
    for number in range(12):
        try:
            ask(at + number * step, address=f"198.51.100.{number}")
            sent += 1
        except TooMany:
            pass

    assert sent == most == Message.objects.count()


def test_sends_from_one_address_are_limited(at: datetime) -> None:
    sent = 0
    for number in range(40):
        try:
            ask(at, phone=f"161{number:08d}")
            sent += 1
        except TooMany:
            pass

    assert sent == 20 == Message.objects.count()


def test_a_bill_bomb_from_everywhere_is_capped_for_the_day(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.identity.operations.codes.MOST_A_DAY", 7)
    sent = 0
    for number in range(20):
        try:
            ask(at, phone=f"161{number:08d}", address=f"198.51.100.{number}")
            sent += 1
        except TooMany:
            pass

    assert sent == 7 == Message.objects.count()


def test_a_closed_account_is_told_so_only_to_its_owner(at: datetime) -> None:
    user = answer(ask(at), code_sent(), at)
    operations.close(user=user, by="user:1", at=at)
    later = at + timedelta(minutes=2)
    challenge, code = ask(later), code_sent()

    with pytest.raises(operations.CodeWrong):
        answer(challenge, wrong(code), later)
    with pytest.raises(operations.AccountClosed):
        answer(challenge, code, later)


def test_what_is_long_over_is_forgotten(at: datetime) -> None:
    from accounts.identity.models import Allowance

    ask(at)

    operations.forget_old(at=at + timedelta(days=3))

    assert not Challenge.objects.exists()
    assert not Allowance.objects.exists()
