"""Item 20: a list of the back office is filtered and ordered by what it offers, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from accounts.organisations.models import Role
from accounts.organisations.scoping import ScopedAdmin
from tests.cast import enter
from tests.conftest import fresh_database
from tests.contracts.rows import MAKERS
from tests.factories.accounts import MembershipFactory, UserFactory

ADMINS = {one.model._meta.label: one for one in admin.site._registry.values()}
QUESTIONS = ("", "__exact", "__gte", "__startswith", "__icontains", "__regex", "__isnull", "__in")
AN_ORDER = "bookings_orders.Order"


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Three rows of everything, made once: the tests only look."""
    with fresh_database(django_db_blocker):
        for number, make in enumerate(list(MAKERS.values()) * 3):
            make(number)
        yield


@pytest.fixture(scope="module")
def desk(rows: None) -> Client:
    """An operator of one of the suppliers of an order."""
    order = ADMINS[AN_ORDER].model._default_manager.latest("pk")
    member = UserFactory(is_staff=True)
    MembershipFactory(user=member, organisation=order.lines.first().supplier, role=Role.OPERATOR)
    return enter(member)


def offered(model_admin: ModelAdmin[Any]) -> set[str]:
    """The fields that a list shows filters of, and the lookups of its queues, written down anew."""
    names = [one[0] if isinstance(one, tuple) else one for one in model_admin.list_filter]
    asked = {key.split("__")[0] for queue in model_admin.queues for key in queue.where}
    whens = {(model_admin.date_hierarchy or "").split("__")[0]}
    return {str(name).split("__")[0] for name in names} | asked | whens


def lookups(model_admin: ModelAdmin[Any]) -> Iterator[str]:
    """Every column, of the row and of its neighbours, by every question."""
    for field in model_admin.model._meta.get_fields():
        nearby = field.related_model._meta.concrete_fields if field.is_relation else ()
        paths = [field.name, *(f"{field.name}__{other.name}" for other in nearby)]
        yield from (path + question for path in paths for question in QUESTIONS)


@pytest.mark.parametrize("label", sorted(ADMINS))
def test_no_column_is_asked_about_that_the_list_does_not_offer(label):
    model_admin = ADMINS[label]
    assert isinstance(model_admin, ScopedAdmin)

    allowed = {path for path in lookups(model_admin) if model_admin.lookup_allowed(path, "1")}

    assert {path.split("__")[0] for path in allowed} <= offered(model_admin)
    assert [path for path in allowed if path.endswith(("__regex", "__startswith"))] == []
    assert [path for path in allowed if "password" in path or "sealed" in path] == []


@pytest.mark.parametrize(
    "asked",
    [
        "received_fen__gte", "total_fen__lte", "due_now_fen", "actor__startswith", "request_key",
        "contact_index", "contact_sealed__contains", "token__startswith", "lines__supplier__name_en",
        "attempts__captured_fen__gte", "region__orders__token", "user_id",
    ],
)  # fmt: skip
def test_a_suppliers_desk_cannot_guess_what_it_does_not_see(desk, asked):
    shown = desk.get(reverse("admin:bookings_orders_order_changelist"), {asked: "1"})

    assert shown.status_code == 400


@pytest.mark.parametrize(
    "order", ["owner__password", "99", "-99", "0.0.0", "1.-1", "token", "x" * 500]
)
def test_an_order_that_is_not_offered_changes_nothing(desk, order):
    url = reverse("admin:bookings_orders_order_changelist")
    usual = [row.pk for row in desk.get(url).context["cl"].result_list]

    shown = desk.get(url, {"o": order})

    assert shown.status_code == 200
    assert sorted(row.pk for row in shown.context["cl"].result_list) == sorted(usual) != []
