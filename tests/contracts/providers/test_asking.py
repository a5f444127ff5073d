"""How a payment stands, asked; no answer, or none that can be read, is said as such."""

from __future__ import annotations

from typing import Any

import pytest

from bookings.payments.providers import Charge, Outcome, Provider, ProviderDown
from tests.contracts.inbox import babbler
from tests.contracts.parties import AlipayParty, WeChatParty, free_port
from tests.contracts.providers.dealing import AMOUNT, UNKNOWN, back, charge, handle, of_everyone

pytestmark = pytest.mark.django_db


def test_it_tells_how_a_payment_stands(provider, party, wish, unpaid, post):
    wish_of_another = charge(post)
    other = handle(wish_of_another, provider.start(wish_of_another))
    open_one = provider.fetch(unpaid)
    party.pay(unpaid.provider_ref)
    party.decline(other.provider_ref)

    done, declined = provider.fetch(unpaid), provider.fetch(other)

    assert [p.outcome for p in (open_one, done, declined)] == [
        Outcome.PENDING,
        Outcome.SUCCEEDED,
        Outcome.FAILED,
    ]
    assert (done.provider_ref, done.token) == (unpaid.provider_ref, wish.token)
    assert (done.amount_fen, done.captured_fen, done.currency) == (AMOUNT, AMOUNT, "CNY")
    assert done.is_live is provider.capabilities.is_live


def test_what_is_over_stays_so(provider, party, paid):
    party.decline(paid.provider_ref)

    assert provider.fetch(paid).outcome is Outcome.SUCCEEDED


def test_a_payment_it_does_not_know_is_no_answer(provider, party):
    if isinstance(party, AlipayParty | WeChatParty):  # nobody has opened its address yet
        assert provider.fetch(UNKNOWN).outcome is Outcome.PENDING
        return
    with pytest.raises(ProviderDown):
        provider.fetch(UNKNOWN)


@of_everyone
def test_what_was_paid_is_told_in_full(provider, party, paid):
    found = provider.fetch(paid)

    assert (found.outcome, found.token, found.provider_ref) == (
        Outcome.SUCCEEDED, paid.token, paid.provider_ref,
    )  # fmt: skip
    assert (found.amount_fen, found.captured_fen, found.currency) == (AMOUNT, AMOUNT, "CNY")
    assert (found.refunded_fen, found.is_live) == (0, provider.capabilities.is_live)


def everything(provider: Provider, wish: Charge) -> list[Any]:
    starts = [] if provider.name == "alipay" else [lambda: provider.start(wish)]
    return [
        *starts,
        lambda: provider.fetch(UNKNOWN),
        lambda: provider.void(UNKNOWN),
        lambda: back(provider, UNKNOWN, 1),
    ]


def test_nobody_there_is_said_as_such(party, wish):
    for call in everything(party.provider_at(f"http://127.0.0.1:{free_port()}"), wish):
        with pytest.raises(ProviderDown):
            call()


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff\xfe",
        b'{"id": 1, "pay_url": null, "status": null}',
        b'{"id": "pay_1", "token": "t", "amount": 1.5, "currency": "CNY", "status": "SUCCEEDED"}',
        b'{"id": "pay_1", "token": "t", "amount": 1, "currency": "CNY", "status": "PERHAPS"}',
        b'{"x": "' + b"x" * 100_000 + b'"}',
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(party, wish, words):
    with babbler(words) as url:
        for call in everything(party.provider_at(url), wish):
            with pytest.raises(ProviderDown):
                call()
