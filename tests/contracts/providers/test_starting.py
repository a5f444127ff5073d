"""Starting a payment: once for a token, also where the answer to it was lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bookings.payments.providers import Handle, Outcome, ProviderDown
from tests.contracts.parties import AlipayParty
from tests.contracts.providers.dealing import AMOUNT, back, handle

pytestmark = pytest.mark.django_db


def test_a_payment_has_a_page_to_go_to(started):
    assert 0 < len(started.provider_ref) <= 120
    assert re.match(r"https?://", started.redirect_url)
    assert len(started.redirect_url) <= 2000


def test_one_token_is_one_payment_however_often_it_is_started(provider, party, wish, started):
    again = [provider.start(wish) for _time in range(3)]
    if isinstance(party, AlipayParty):
        party.open(wish.token)
    else:
        assert again == [started] * 3

    assert {each.provider_ref for each in again} == {started.provider_ref}
    assert party.payments(wish.token) == 1


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after", "fail_before"])
def test_a_start_without_an_answer_is_started_again_as_one(provider, party, wish, fault):
    if isinstance(party, AlipayParty):
        return  # it starts without asking anybody
    getattr(party, fault)()
    with pytest.raises(ProviderDown):
        provider.start(wish)

    again = provider.start(wish)

    assert provider.fetch(handle(wish, again)).token == wish.token
    assert party.payments(wish.token) == 1


def test_a_payment_whose_beginning_was_not_heard_is_found_by_its_token(provider, party, wish):
    if not isinstance(party, AlipayParty):
        party.lose_reply()
        with pytest.raises(ProviderDown):
            provider.start(wish)
    nameless = Handle(wish.token, "", "", AMOUNT, "CNY")

    found = provider.fetch(nameless)

    begun = 0 if isinstance(party, AlipayParty) else 1
    assert (found.outcome, found.token, party.payments(wish.token)) == (
        Outcome.PENDING, wish.token, begun,
    )  # fmt: skip
    assert provider.fetch(replace(nameless, provider_ref=found.provider_ref)) == found
    assert provider.void(nameless) is Outcome.SUCCEEDED
    if begun:
        assert provider.fetch(nameless).outcome is Outcome.FAILED


def test_a_payment_that_was_never_begun_is_not_paid_and_is_closed(provider, party, wish):
    nameless = Handle(wish.token, "", "", AMOUNT, "CNY")

    assert provider.fetch(nameless).outcome is Outcome.PENDING
    assert provider.void(nameless) is Outcome.SUCCEEDED
    assert back(provider, nameless, 1) is Outcome.FAILED
    assert party.payments(wish.token) == 0
