"""Demonstration suppliers have contracts and accounts, on local data only, once."""

from __future__ import annotations

import pytest

from accounts.organisations.models import Kind
from bookings.ledger import queries as books
from bookings.settlement import demonstration
from bookings.settlement import operations as settlement
from bookings.settlement.models import BankAccount, Contract
from tests.bookings.settlement.conftest import use
from tests.bookings.vouchers.conftest import sell
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_what_is_sold_afterwards_has_commission(shop, sellers, supplier, region, at, settings):
    settings.QUANYU_LOCAL = True
    supplier.region = region
    supplier.save()
    OrganisationFactory(region=region, kind=Kind.OPERATOR)
    for _again in range(2):
        demonstration.create(region_id=region.pk, at=at)
    line = sell(shop, at).lines.get()
    use(line, 1)
    settlement.take_up()

    suppliers = {contract.organisation_id for contract in Contract.objects.all()}
    assert Contract.objects.count() == len(suppliers) == BankAccount.objects.count()
    assert supplier.pk in suppliers
    assert books.balance(f"commission:{supplier.pk}") < 0


def test_elsewhere_nothing_is_made(supplier, region, at, settings):
    settings.QUANYU_LOCAL = False
    supplier.region = region
    supplier.save()

    demonstration.create(region_id=region.pk, at=at)

    assert not Contract.objects.exists()
    assert not BankAccount.objects.exists()
