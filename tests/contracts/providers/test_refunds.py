"""Money back: once for a token, never more than there is."""

from __future__ import annotations

import pytest

from bookings.payments.providers import Outcome, ProviderDown
from tests.contracts.providers.dealing import AMOUNT, UNKNOWN, back, of_everyone

pytestmark = pytest.mark.django_db


@of_everyone
def test_all_of_it_goes_back_and_no_more(provider, party, paid):
    assert back(provider, paid, AMOUNT) is party.goes_back
    assert back(provider, paid, 1) is Outcome.FAILED

    assert party.returned_fen(paid.provider_ref) == AMOUNT


@of_everyone
def test_parts_go_back_one_after_the_other_up_to_all_of_it(provider, party, paid):
    if not provider.capabilities.partial_refund:
        assert back(provider, paid, 1) is Outcome.FAILED
        return

    assert [back(provider, paid, fen) for fen in (5_000, 15_001, 15_000)] == [
        party.goes_back,
        Outcome.FAILED,
        party.goes_back,
    ]
    assert party.returned_fen(paid.provider_ref) == AMOUNT


@of_everyone
def test_one_token_sends_money_back_once(provider, party, paid):
    part = AMOUNT // 4 if provider.capabilities.partial_refund else AMOUNT
    outcomes = [back(provider, paid, part, token="once" + paid.token) for _time in range(3)]

    assert outcomes == [party.goes_back] * 3
    assert party.returned_fen(paid.provider_ref) == part


def test_what_was_not_paid_does_not_go_back(provider, party, unpaid):
    assert back(provider, unpaid, AMOUNT) is Outcome.FAILED
    assert back(provider, UNKNOWN, 1) is Outcome.FAILED

    assert party.returned_fen(unpaid.provider_ref) == 0


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after", "fail_before"])
def test_a_refund_without_an_answer_is_sent_again_as_one(provider, party, paid, fault):
    getattr(party, fault)()
    with pytest.raises(ProviderDown):
        back(provider, paid, AMOUNT, token="again" + paid.token)

    assert back(provider, paid, AMOUNT, token="again" + paid.token) is Outcome.SUCCEEDED

    assert party.returned_fen(paid.provider_ref) == AMOUNT
