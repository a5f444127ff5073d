"""Every list of the back office: real rows in few statements, found by search, changed by nobody's pen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db import connection
from django.db.models import Model, UUIDField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from bookings.payments.models import ProviderEvent
from kernel.outbox.models import Event
from tests.cast import assemble, enter
from tests.conftest import fresh_database
from tests.contracts.rows import MAKERS
from tests.factories.kernel import RegionFactory

ADMINS: dict[str, ModelAdmin[Any]] = {
    model._meta.label: model_admin for model, model_admin in admin.site._registry.items()
}
MANY = 12

CATALOGUE = frozenset(
    {
        ("bookings_balance.Offer", "pay_fen"),
        ("bookings_balance.Offer", "bonus_fen"),
        ("bookings_campaigns.Campaign", "amount_fen"),
        ("bookings_campaigns.Campaign", "threshold_fen"),
        ("bookings_campaigns.Campaign", "most_fen"),
        ("bookings_campaigns.Campaign", "budget_fen"),
        ("bookings_tabs.Tab", "limit_fen"),
        ("transport_lines.ShuttleLine", "lap_fee_fen"),
        ("transport_lines.ShuttleLine", "luggage_fee_fen"),
        ("tourism_tickets.Product", "peak_price_fen"),
        ("tourism_tickets.Product", "off_price_fen"),
        ("tourism_tickets.Product", "deposit_fen"),
        ("tourism_tickets.Concession", "peak_price_fen"),
        ("tourism_tickets.Concession", "off_price_fen"),
        ("tourism_tickets.PriceRule", "price_fen"),
        ("tourism_tickets.FamilyPrice", "price_fen"),
        ("tourism_areas.Cableway", "peak_adult_fen"),
        ("tourism_areas.Cableway", "peak_child_fen"),
        ("tourism_areas.Cableway", "off_adult_fen"),
        ("tourism_areas.Cableway", "off_child_fen"),
        ("transport_lines.PatternStop", "fare_fen"),
    }
)
"""Prices that an operator sets for what will be sold. No other money is a field."""

_MOVED = re.compile(
    r"(.*_)?(state|status|taken|capacity|released|units|left|riders|entries_used|is_open)"
    r"|.*_fen|(paid|captured|confirmed|done|parked|ended|voided|revoked|retired)_at"
)
_SWITCHES = frozenset(
    {
        ("kernel_places.Region", "is_open"),
        ("transport_lines.ShuttleLine", "is_open"),
        ("bookings_tabs.Tab", "is_open"),
    }
)
"""Whether a region, a line or a tab is open at all: settings, not states that operations move."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """MANY rows of everything, made once: the tests only look."""
    with fresh_database(django_db_blocker):
        for number, make in enumerate(list(MAKERS.values()) * MANY):
            make(number)
        yield


@pytest.fixture(scope="module")
def desk(world: None) -> Client:
    """The platform's own desk, which may see everything."""
    client = enter(assemble(RegionFactory()).he_ping)
    client.get(reverse("admin:index"))
    return client


@pytest.fixture(params=sorted(ADMINS))
def listed(request: pytest.FixtureRequest, world: None) -> ModelAdmin[Any]:
    """Each admin."""
    return ADMINS[request.param]


def page(model_admin: ModelAdmin[Any], name: str = "changelist", *args: object) -> str:
    options = model_admin.model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{name}", args=args)


def test_every_admin_has_a_maker_of_rows_and_columns():
    assert {model_admin.model for model_admin in ADMINS.values()} <= set(MAKERS)
    assert [name for name, one in ADMINS.items() if tuple(one.list_display) == ("__str__",)] == []


def test_a_list_costs_the_same_for_three_rows_and_for_twelve(desk, listed, monkeypatch):
    costs = []
    for rows in (3, MANY):
        monkeypatch.setattr(listed, "list_per_page", rows)
        with CaptureQueriesContext(connection) as captured:
            shown = desk.get(page(listed))
        assert len(shown.context["cl"].result_list) == rows
        costs.append(len(captured))

    assert costs[0] == costs[1] <= 25


def test_a_list_pages_without_repeating_a_row(desk, listed, monkeypatch):
    monkeypatch.setattr(listed, "list_per_page", 4)

    pages = [desk.get(page(listed), {"p": number}).context["cl"] for number in (1, 2)]

    assert len({row.pk for shown in pages for row in shown.result_list}) == 8
    assert {shown.result_count for shown in pages} == {listed.model._default_manager.count()}


def test_search_finds_a_row_by_each_of_its_words(desk, listed):
    rows = listed.model._default_manager
    assert listed.search_fields
    for path in listed.search_fields:
        row = (
            rows.exclude(**{f"{path}__isnull": True})
            .exclude(**empty(listed.model, path))
            .latest("pk")
        )

        found = desk.get(page(listed), {"q": read(row, path)}).context["cl"].queryset

        assert found.filter(pk=row.pk).exists(), path
    nothing = desk.get(page(listed), {"q": "nothing-is-called-so"})
    assert nothing.context["cl"].result_count == 0


def empty(model: type[Model], path: str) -> dict[str, str]:
    """What leaves out rows without a word there; a serial is never without."""
    first = model._meta.get_field(path.partition("__")[0])
    return {} if isinstance(first, UUIDField) else {path: ""}


def read(row: Model, path: str) -> object:
    """The value at a lookup path."""
    value: Any = row
    for step in path.split("__"):
        value = getattr(value, step)
    return value


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_lists_and_rows_are_shown_in_both_languages(desk, listed, language):
    row = listed.model._default_manager.latest("pk")
    with translation.override(language):
        urls = [page(listed), page(listed, "change", row.pk)]

    for url in urls:
        shown = desk.get(url)
        assert shown.status_code == 200
        assert f'lang="{language}"' in shown.content.decode().replace("zh-Hans", "zh-hans")


def forms(desk: Client, model_admin: ModelAdmin[Any]) -> Iterator[tuple[str, str]]:
    """Every (model, field) that the change page lets one edit, inlines included."""
    row = model_admin.model._default_manager.latest("pk")
    context = desk.get(page(model_admin, "change", row.pk)).context
    label = model_admin.model._meta.label
    yield from ((label, name) for name in context["adminform"].form.fields)
    for inline in context["inline_admin_formsets"]:
        may_write = inline.has_add_permission or inline.has_change_permission
        fixed = set(inline.readonly_fields or ())
        for name in inline.formset.form.base_fields if may_write else ():
            if name not in fixed:
                yield (inline.opts.model._meta.label, name)


def test_money_that_is_only_shown_is_a_price(desk, listed):
    row = listed.model._default_manager.latest("pk")
    written = {name for _label, name in forms(desk, listed) if name.endswith("_fen")}

    many, one = (
        desk.get(url).content.decode() for url in (page(listed), page(listed, "change", row.pk))
    )

    assert "(fen)" not in many
    assert written or "(fen)" not in one


def test_no_state_no_money_and_no_count_is_a_field(desk, listed):
    written = {(label, name) for label, name in forms(desk, listed) if _MOVED.fullmatch(name)}

    assert written - CATALOGUE - _SWITCHES == set()
    assert not getattr(listed, "list_editable", ())


def append_only_tables() -> set[str]:
    """Tables whose rows a trigger keeps from being changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%append_only'"
        )
        return {table for (table,) in cursor.fetchall()}


def test_what_is_only_ever_added_to_cannot_be_written_here(desk):
    tables = append_only_tables() | {Event._meta.db_table, ProviderEvent._meta.db_table}
    kept = [one for one in ADMINS.values() if one.model._meta.db_table in tables]
    assert len(kept) == 4

    for model_admin in kept:
        row = model_admin.model._default_manager.latest("pk")
        answers = [
            desk.get(page(model_admin, "add")),
            desk.post(page(model_admin, "add"), {}),
            desk.post(page(model_admin, "change", row.pk), {}),
            desk.post(page(model_admin, "delete", row.pk), {"post": "yes"}),
        ]
        assert [answer.status_code for answer in answers] == [403] * 4
        assert model_admin.model._default_manager.filter(pk=row.pk).exists()
