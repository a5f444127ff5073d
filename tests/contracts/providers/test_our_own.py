"""Ways to pay of our own: what only they promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.payments.providers import BadSignature, Outcome
from kernel import clock
from tests.contracts.own_parties import CashParty
from tests.contracts.providers.dealing import AMOUNT, back, handle, of_our_own

pytestmark = pytest.mark.django_db


@of_our_own
def test_it_is_decided_at_once_and_moves_the_sum_once(provider, party, wish):
    can = provider.capabilities
    before = party.left_fen()
    assert (can.is_internal, can.authorise, can.currencies) == (True, False, frozenset({"CNY"}))
    assert provider.is_offered(payer=party.payer, amount_fen=AMOUNT, currency="CNY")

    started = [provider.start(wish) for _time in range(3)]

    assert [each.outcome for each in started] == [Outcome.SUCCEEDED] * 3
    assert {each.provider_ref for each in started} == {wish.token}
    assert (party.payments(wish.token), before - party.left_fen()) == (1, AMOUNT)


@of_our_own
def test_from_a_stranger_nothing_is_taken(provider, party, wish):
    before = party.left_fen()
    stranger = replace(wish, payer="user:999999999")
    assert not provider.is_offered(payer=stranger.payer, amount_fen=AMOUNT, currency="CNY")

    made = handle(stranger, provider.start(stranger))

    assert provider.start(stranger).outcome is Outcome.FAILED
    assert (party.payments(wish.token), party.left_fen()) == (0, before)
    assert back(provider, made, 1) is Outcome.FAILED
    assert provider.void(made) is Outcome.SUCCEEDED


@pytest.mark.parametrize("party", ["balance", "tab"], indirect=True)
def test_no_more_is_taken_than_there_is(provider, party, wish):
    most = party.left_fen()
    wishes = [replace(wish, amount_fen=most + 1), replace(wish, token="another", amount_fen=most)]

    assert [provider.start(each).outcome for each in wishes] == [Outcome.FAILED, Outcome.SUCCEEDED]

    assert (party.payments(wish.token), party.left_fen()) == (0, 0)


@of_our_own
def test_what_went_back_is_told_and_what_is_fetched_is_done(provider, party, paid):
    token = "back" + paid.token
    back(provider, paid, 5_000, token=token)
    if isinstance(party, CashParty):
        party.fetch(clock.now())

    assert back(provider, paid, 5_000, token=token) is Outcome.SUCCEEDED
    assert provider.fetch(paid).refunded_fen == 5_000


@of_our_own
def test_nobody_sends_notices_of_it(provider, party, paid):
    for raw in (b"", b"{}", paid.token.encode()):
        with pytest.raises(BadSignature):
            provider.verify(raw, {}, at=clock.now())
    assert provider.news(since=clock.now() - timedelta(days=1)) == ()
