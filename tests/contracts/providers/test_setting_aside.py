"""Sums that are set aside, taken in part or released; pages that are closed."""

from __future__ import annotations

import pytest

from bookings.contracts import How
from bookings.payments.providers import Handle, Outcome, Provider
from tests.contracts.inbox import Inbox
from tests.contracts.parties import AlipayParty, Party
from tests.contracts.providers.dealing import (
    AMOUNT,
    back,
    charge,
    handle,
    of_everyone,
    of_those_that_set_aside,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def set_aside(provider: Provider, party: Party, post: Inbox) -> Handle:
    """A deposit that the buyer agreed to."""
    wish = charge(post, how=How.AUTHORISE)
    made = handle(wish, provider.start(wish))
    party.pay(made.provider_ref)
    return made


@of_those_that_set_aside
def test_what_is_set_aside_is_not_taken(provider, set_aside):
    found = provider.fetch(set_aside)

    assert (found.outcome, found.captured_fen) == (Outcome.AUTHORISED, 0)


@of_those_that_set_aside
def test_a_part_of_it_is_taken_once_and_the_rest_is_free(provider, set_aside):
    part = 5_000 if provider.capabilities.capture_less else AMOUNT

    outcomes = [provider.capture(set_aside, amount_fen=part) for _time in range(3)]

    found = provider.fetch(set_aside)
    assert outcomes == [Outcome.SUCCEEDED] * 3
    assert (found.outcome, found.captured_fen) == (Outcome.SUCCEEDED, part)
    assert found.refunded_fen == 0
    assert back(provider, set_aside, part + 1) is Outcome.FAILED


@of_those_that_set_aside
def test_more_than_was_set_aside_is_not_to_be_had(provider, set_aside):
    assert provider.capture(set_aside, amount_fen=AMOUNT + 1) is Outcome.FAILED

    assert provider.fetch(set_aside).outcome is Outcome.AUTHORISED


@of_those_that_set_aside
def test_what_is_released_is_over(provider, set_aside):
    assert [provider.void(set_aside) for _time in range(2)] == [Outcome.SUCCEEDED] * 2

    assert provider.fetch(set_aside).outcome is Outcome.FAILED
    assert provider.capture(set_aside, amount_fen=1) is Outcome.FAILED


def test_a_page_that_nobody_has_paid_on_is_closed(provider, party, unpaid):
    if isinstance(party, AlipayParty):
        party.open(unpaid.token)
    assert [provider.void(unpaid) for _time in range(2)] == [Outcome.SUCCEEDED] * 2

    assert provider.fetch(unpaid).outcome is Outcome.FAILED


@of_everyone
def test_what_is_paid_is_not_closed(provider, paid):
    assert provider.void(paid) is Outcome.FAILED

    assert provider.fetch(paid).outcome is Outcome.SUCCEEDED
