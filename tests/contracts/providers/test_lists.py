"""What a provider has told while nobody heard, and what banks take back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.payments.providers import Dispute, Outcome
from kernel import clock
from tests.contracts.parties import StripeParty
from tests.contracts.providers.dealing import AMOUNT, charge

pytestmark = pytest.mark.django_db


def test_its_own_list_has_every_payment_that_was_made(provider, party, post):
    if not isinstance(party, StripeParty):
        assert provider.news(since=clock.now() - timedelta(minutes=5)) == ()
        return
    since, made = clock.now() - timedelta(seconds=1), []
    for _payment in range(25):
        wish = charge(post)
        made.append(wish.token)
        party.pay(provider.start(wish).provider_ref)

    told = [news.payment.token for news in provider.news(since=since) if news.payment]

    assert told[-25:] == made


@pytest.mark.parametrize("party", ["stripe"], indirect=True)  # the others' banks take nothing back
def test_what_a_bank_takes_back_is_told_and_found(provider, party, post, paid):
    told = []
    for number, status in enumerate(("needs_response", "lost"), start=2):
        party.control(dispute=[paid.token, status])
        letter = post.wait(number)[-1]
        notice = provider.verify(letter.raw, letter.headers, at=clock.now())
        told.append((notice.payment.dispute, notice.payment.disputed_fen, notice.payment.token))

    now = provider.fetch(paid)

    assert told == [(Dispute.OPEN, AMOUNT, paid.token), (Dispute.LOST, AMOUNT, paid.token)]
    assert (now.dispute, now.disputed_fen, now.outcome) == (
        Dispute.LOST, AMOUNT, Outcome.SUCCEEDED,
    )  # fmt: skip
