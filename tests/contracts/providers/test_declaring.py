"""What a provider declares, and that it keeps it."""

from __future__ import annotations

import pkgutil
import re

import pytest
from django.utils import translation

from bookings.payments import providers
from bookings.payments.providers import Outcome
from tests.contracts.own_parties import OWN
from tests.contracts.parties import PARTIES
from tests.contracts.providers.dealing import AMOUNT, SET_ASIDE, back, charge, handle, of_everyone

pytestmark = pytest.mark.django_db


def test_every_provider_has_a_party():
    modules = {module.name for module in pkgutil.iter_modules(providers.__path__)} - {"own"}
    switched_on = {each.name for each in providers.list_all()}

    assert modules <= set(PARTIES)
    assert switched_on <= {*PARTIES, *OWN}


@of_everyone
def test_its_name_fits_addresses_and_rows_and_its_title_is_for_people(provider):
    assert re.fullmatch(r"[a-z]{2,20}", provider.name)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert provider.title.strip()


@of_everyone
def test_it_can_what_it_declares(provider, party, post):
    can = provider.capabilities

    assert can.refund_window_days > 0
    assert can.currencies
    for currency in can.currencies:
        wish = charge(post, currency=currency, payer=party.payer)
        made = handle(wish, provider.start(wish))
        assert provider.fetch(made).currency == currency
        party.pay(made.provider_ref)
        amount = 1 if can.partial_refund else AMOUNT
        assert back(provider, made, amount) is party.goes_back


@of_everyone
def test_who_cannot_set_a_sum_aside_says_so(provider, paid):
    assert provider.capabilities.authorise is (provider.name in SET_ASIDE)
    if not provider.capabilities.authorise:
        assert provider.capture(paid, amount_fen=1) is Outcome.FAILED
