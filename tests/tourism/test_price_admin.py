"""Price rules and family prices at the desk: written in the product, refused at the field."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.tourism.conftest import VISIT
from tests.tourism.test_admin import desk, enter, stopped_clock  # noqa: F401 - fixtures
from tourism.tickets.models import FamilyPrice, PriceRule, Product

pytestmark = pytest.mark.django_db

INLINES = ("price_rules", "group_prices", "concessions", "patterns")
DAYS = {"first_date": "2026-10-01", "last_date": "2026-10-31", "weekdays": "1234567"}
RULE = {**DAYS, "day_kind": "ANY", "precedence": 0, "price_fen": 20_000}
FAMILY = {
    **DAYS,
    "day_kind": "ANY",
    "name_zh": "家庭",
    "members": "adult:2 minor_half:1",
    "price_fen": 40_000,
}


def send(client: Client, product: Product, inline: str, row: dict[str, object], language="en"):
    """Save the product's page with one new row of an inline."""
    form: dict[str, object] = {
        name: getattr(product, name)
        for name in ("name_zh", "name_en", "peak_price_fen", "off_price_fen", "refund_ladder")
    }
    form |= {"own_permille": 1000, "early_min": 15, "admit_until": "SLOT_END", "entries": 1}
    for each in INLINES:
        form |= {f"{each}-TOTAL_FORMS": int(each == inline), f"{each}-INITIAL_FORMS": 0}
    form |= {f"{inline}-0-{name}": value for name, value in row.items()}
    form[f"{inline}-0-product"] = product.pk
    with translation.override(language):
        url = reverse("admin:tourism_tickets_product_change", args=[product.pk])
    return client.post(url, form)


def errors(answer, inline: str) -> dict[str, list[str]]:
    [found] = [
        each.formset
        for each in answer.context["inline_admin_formsets"]
        if each.formset.prefix == inline
    ]
    return found.errors[0]


@pytest.fixture
def bare(product):
    """The desk's form has no rows but the new one: those of the factory stand apart."""
    product.patterns.all().delete()
    return product


def test_a_price_rule_for_weekends_of_one_class_is_written(desk, bare):  # noqa: F811
    row = {**RULE, "weekdays": "67", "class_code": "student_half", "precedence": 5}

    assert send(desk, bare, "price_rules", row).status_code == 302

    [made] = PriceRule.objects.all()
    assert (made.weekdays, made.class_code, made.precedence) == ("67", "student_half", 5)


def test_a_family_price_is_written(desk, bare):  # noqa: F811
    assert send(desk, bare, "group_prices", FAMILY).status_code == 302

    [made] = FamilyPrice.objects.all()
    assert made.counts == (("adult", 2), ("minor_half", 1))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("last_date", {"last_date": "2026-09-30"}),
        ("weekdays", {"weekdays": "0"}),
        ("weekdays", {"weekdays": "68"}),
        ("day_kind", {"day_kind": "MOONDAY"}),
        ("precedence", {"precedence": "x"}),
        ("price_fen", {"price_fen": -1}),
        ("price_fen", {"price_fen": 2**31}),
        ("price_fen", {"price_fen": "1.5"}),
        ("class_code", {"class_code": "emperor"}),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_wrong_price_rule_is_refused_at_its_field(desk, bare, field, wrong, language):  # noqa: F811
    answer = send(desk, bare, "price_rules", {**RULE, **wrong}, language)

    assert list(errors(answer, "price_rules")) == [field]
    assert not PriceRule.objects.exists()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("members", {"members": "adult"}),
        ("members", {"members": "adult:0"}),
        ("members", {"members": "adult:2 emperor:1"}),
        ("members", {"members": "adult:1 adult:1"}),
        ("least", {"members": ""}),
        ("least", {"least": 10}),
        ("price_fen", {"members": "", "least": 10, "permille": ""}),
        ("permille", {"price_fen": ""}),
        ("permille", {"permille": 900}),
        ("permille", {"price_fen": "", "permille": 1001}),
        ("last_date", {"last_date": "2026-09-30"}),
    ],
)
def test_a_wrong_family_price_is_refused_at_its_field(desk, bare, field, wrong):  # noqa: F811
    answer = send(desk, bare, "group_prices", {**FAMILY, **wrong})

    assert field in errors(answer, "group_prices")
    assert not FamilyPrice.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        {"members": "", "permille": 900},
        {"members": "", "least": 1, "permille": 900},
        {"members": "", "least": 10, "price_fen": 1},
        {"members": "adult:2", "least": 10, "permille": 900},
        {"members": "adult:2"},
        {"members": "adult:2", "price_fen": 1, "permille": 900},
        {"members": "adult:2", "permille": 1001},
        {"members": "adult:2", "permille": 900, "last_date": "2026-10-01"},
    ],
)
def test_the_database_takes_no_group_price_that_means_nothing(product, row):
    days = {"first_date": VISIT, "last_date": VISIT}

    with pytest.raises(IntegrityError), transaction.atomic():
        FamilyPrice.objects.create(product=product, name_zh="x", **{**days, **row})
