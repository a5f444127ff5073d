"""An operator who plans a sale is told of what would leave its line without effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError

from bookings import registry
from bookings.waiting.models import Sale
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


def refusal_of(sale: Sale) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as told:
        sale.full_clean()
    return told.value.message_dict


def test_a_whole_plan_is_taken(sale):
    sale.full_clean()


def test_a_supplier_without_a_region_may_sell_in_any(sale):
    sale.organisation = OrganisationFactory(region=None)

    sale.full_clean()


def test_a_supplier_of_another_region_is_refused(sale):
    sale.organisation = OrganisationFactory(region=RegionFactory())

    assert refusal_of(sale) == {"organisation": ["This supplier is of another region."]}


def test_moments_out_of_order_are_refused_in_words(sale):
    sale.closes_at = sale.opens_at

    assert refusal_of(sale) == {
        "__all__": ["First the line forms, then the sale opens, then the line ends."]
    }


def test_days_out_of_order_are_refused_in_words(sale):
    sale.last_date = sale.first_date - timedelta(days=1)

    assert refusal_of(sale) == {"__all__": ["The last day is before the first."]}


def test_the_kind_is_chosen_among_those_that_are_sold(rf, sellers):
    form = admin.site._registry[Sale].get_form(rf.get("/"), fields=["kind"])

    kinds = [kind for kind, _label in form.base_fields["kind"].choices]
    assert kinds == ["", *(seller.kind for seller in registry.list_all())]
