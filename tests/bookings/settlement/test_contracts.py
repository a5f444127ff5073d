"""Contracts by version: a new one ends the old, nothing that was agreed changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from bookings.settlement import operations as settlement
from bookings.settlement import queries
from bookings.settlement.models import Contract, Rate
from bookings.settlement.models.contracts import read_steps
from bookings.settlement.operations import Terms, TermsOfKind
from kernel.audit.models import Entry
from tests.bookings.settlement.conftest import agree

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_each_version_holds_until_the_next_begins(supplier, at):
    first = agree(supplier, at, TermsOfKind(permille=100))
    second = settlement.agree(
        organisation_id=supplier.pk, terms=Terms([TermsOfKind(permille=80)]), valid_from=at + DAY,
        actor="user:1", at=at,
    )  # fmt: skip

    held = [queries.contract_at(supplier.pk, at + n * DAY / 2) for n in (-1, 0, 1, 2, 9)]

    assert held == [None, first, first, second, second]
    assert queries.last_contract(supplier.pk) == second


def test_who_agreed_what_is_written_down(contract, supplier):
    entry = Entry.objects.get(action="contract.agree")

    assert (entry.subject, entry.actor) == (f"organisation:{supplier.pk}", "user:1")
    assert entry.facts["rates"] == [["", 100, 0, 50, ""]]


@pytest.mark.parametrize("days", [-1, 0])
def test_a_version_begins_after_every_other_and_not_in_the_past(contract, supplier, at, days):
    with pytest.raises(settlement.BeginsTooEarly):
        settlement.agree(
            organisation_id=supplier.pk, terms=Terms([TermsOfKind(permille=1)]), actor="user:1",
            valid_from=at + days * DAY, at=at - DAY if days == 0 else at,
        )  # fmt: skip

    assert list(Contract.objects.all()) == [contract]


@pytest.mark.parametrize("rates", [(), (TermsOfKind("a", 1), TermsOfKind("a", 2))])
def test_a_version_says_of_each_kind_once_what_is_kept(supplier, at, rates):
    with pytest.raises(settlement.NoRates):
        agree(supplier, at, *rates)

    assert not Contract.objects.exists()


@pytest.mark.parametrize("model", [Contract, Rate])
def test_the_database_refuses_every_change(contract, model):
    for change in (
        lambda: model.objects.update(id=0),
        lambda: model.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="what was agreed stays"), transaction.atomic():
            change()

    assert model.objects.count() == 1


def test_steps_are_read_as_they_are_stored():
    assert read_steps("10000000:80 50000000:65") == ((10_000_000, 80), (50_000_000, 65))
    assert read_steps("") == ()


@pytest.mark.parametrize("text", ["1", "1:", "0:80", "100:80 100:70", "200:80 100:70", "100:1001"])
def test_steps_that_cannot_be_meant_are_refused(text):
    with pytest.raises(ValidationError):
        read_steps(text)
