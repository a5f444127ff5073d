"""Price rules and family prices at the desk: written in the product, refused at the field."""

from __future__ import annotations

import re
from datetime import time

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bookings import registry
from tests.factories.tourism import ask_for, party, slot_on
from tests.publishing import publish
from tests.tourism.conftest import AT, VISIT
from tests.tourism.test_admin import desk, enter, stopped_clock  # noqa: F401 - fixtures
from tourism.tickets.models import FamilyPrice, PriceRule, Product

pytestmark = pytest.mark.django_db

INLINES = (
    "price_rules", "group_prices", "concessions", "patterns", "channel_shares", "person_limits",
)  # fmt: skip
DAYS = {"first_date": "2026-10-01", "last_date": "2026-10-31", "weekdays": list("1234567")}
RULE = {**DAYS, "day_kind": "ANY", "precedence": 0, "price_fen": "200"}
FAMILY = {
    **DAYS,
    "day_kind": "ANY",
    "name_zh": "家庭",
    "members_adult": 2,
    "members_minor_half": 1,
    "price_fen": "400",
}
SEASON = {"first_date": "2026-10-01", "last_date": "2026-10-31"}
NOBODY = {"members_adult": "", "members_minor_half": ""}


def product_page(product: Product) -> str:
    return reverse("admin:tourism_tickets_product_change", args=[product.pk])


def product_form(product: Product, changes: dict[str, object]) -> dict[str, object]:
    """The product's form as it stands, without rows of inlines, but for these fields."""
    form: dict[str, object] = {name: getattr(product, name) for name in ("name_zh", "name_en")}
    form |= {"peak_price_fen": "190", "off_price_fen": "150", "own_permille": 100}
    form |= {"refund_ladder_hours": ["0", "48"], "refund_ladder_percent": ["50", "100"]}
    form |= {"early_min": 15, "admit_until": "SLOT_END", "entries": 1}
    form |= {
        "position": 0,
        "reentry": "COUNTED",
        "reentry_days": 0,
        "transfers": 1,
        "transfer_days": 1,
    }
    for each in INLINES:
        form |= {f"{each}-TOTAL_FORMS": 0, f"{each}-INITIAL_FORMS": 0}
    return form | changes


def send(
    client: Client, product: Product, inline: str, row: dict[str, object], language="en", more=None
):
    """Save the product's page with one new row of an inline, and agree to its prices."""
    named = {f"{inline}-0-{name}": value for name, value in row.items()}
    new = {f"{inline}-TOTAL_FORMS": 1, f"{inline}-0-product": product.pk, **named}
    with translation.override(language):
        url = product_page(product)
    return publish(client, url, product_form(product, new | (more or {})))


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
    row = {**RULE, "weekdays": ["6", "7"], "class_code": "student_half", "precedence": 5}

    assert send(desk, bare, "price_rules", row).status_code == 302

    [made] = PriceRule.objects.all()
    assert (made.weekdays, made.class_code, made.precedence) == ("67", "student_half", 5)
    assert made.price_fen == 20_000


def test_a_family_price_is_written(desk, bare):  # noqa: F811
    assert send(desk, bare, "group_prices", FAMILY).status_code == 302

    [made] = FamilyPrice.objects.all()
    assert (made.members, made.price_fen) == ("adult:2 minor_half:1", 40_000)


def test_prices_and_the_refund_ladder_are_written_as_people_speak(desk, bare):  # noqa: F811
    assert send(desk, bare, "price_rules", RULE).status_code == 302

    bare.refresh_from_db()
    assert (bare.peak_price_fen, bare.off_price_fen, bare.own_permille) == (19_000, 15_000, 1000)
    assert bare.refund_ladder == "48:1000 0:500"


def test_the_fee_for_handing_on_is_of_the_terms_that_are_sold(desk, bare):  # noqa: F811
    saved = send(
        desk, bare, "price_rules", RULE, more={"handover_permille": "12.5", "is_on_sale": "on"}
    )
    assert saved.status_code == 302

    slot = slot_on(bare, VISIT, time(9))
    [[offer]] = registry.offer_all([ask_for(slot, *party("adult"))], at=AT)
    assert offer.terms.handover_permille == 125
    send(
        desk,
        bare,
        "price_rules",
        {**RULE, "weekdays": ["1"], "precedence": 1},
        more={"handover_permille": ""},
    )
    bare.refresh_from_db()
    assert bare.handover_permille == 50


def test_the_page_offers_the_classes_of_its_product(desk, bare):  # noqa: F811
    FamilyPrice.objects.create(
        product=bare, name_zh="家庭", members="adult:2", price_fen=1, **SEASON
    )
    PriceRule.objects.create(product=bare, class_code="student_half", price_fen=1, **SEASON)

    page = desk.get(reverse("admin:tourism_tickets_product_change", args=[bare.pk]))

    html = page.content.decode()
    assert 'name="group_prices-0-members_adult" value="2"' in html
    assert 'name="group_prices-0-members_minor_half" value=""' in html
    assert '<option value="student_half" selected>' in html


def test_a_class_keeps_its_code(desk, bare):  # noqa: F811
    rows = list(bare.concessions.order_by("pk"))
    form: dict[str, object] = {"concessions-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        form |= {
            f"concessions-{number}-{name}": getattr(row, name)
            for name in ("name_zh", "position", "product_id")
        } | {
            f"concessions-{number}-id": row.pk,
            f"concessions-{number}-code": "other",
            f"concessions-{number}-permille": "7.5",
        }
    before = [row.code for row in rows]

    answer = send(desk, bare, "concessions", {}, more=form | {"concessions-TOTAL_FORMS": len(rows)})

    assert answer.status_code == 302
    assert [row.code for row in bare.concessions.order_by("pk")] == before
    assert set(bare.concessions.values_list("permille", flat=True)) == {75}


def test_every_input_of_a_row_has_a_name(desk, bare):  # noqa: F811
    PriceRule.objects.create(product=bare, price_fen=1, **SEASON)

    html = desk.get(
        reverse("admin:tourism_tickets_product_change", args=[bare.pk])
    ).content.decode()

    shown = re.findall(r"<(?:input|select|textarea)[^>]*name=\"price_rules-0-[^>]*>", html)
    nameless = [tag for tag in shown if "hidden" not in tag and "aria-label=" not in tag]
    assert len(shown) > 5
    assert [tag for tag in nameless if "weekdays" not in tag and "DELETE" not in tag] == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("last_date", {"last_date": "2026-09-30"}),
        ("weekdays", {"weekdays": []}),
        ("weekdays", {"weekdays": ["6", "8"]}),
        ("day_kind", {"day_kind": "MOONDAY"}),
        ("precedence", {"precedence": "x"}),
        ("price_fen", {"price_fen": -1}),
        ("price_fen", {"price_fen": 2**31}),
        ("price_fen", {"price_fen": "1.555"}),
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
        ("members", {"members_adult": "x"}),
        ("members", {"members_adult": "100"}),
        ("least", NOBODY),
        ("least", {**NOBODY, "members_emperor": 1}),
        ("least", {"least": 10}),
        ("price_fen", {**NOBODY, "least": 10, "permille": ""}),
        ("permille", {"price_fen": ""}),
        ("permille", {"permille": 90}),
        ("permille", {"price_fen": "", "permille": "100.1"}),
        ("last_date", {"last_date": "2026-09-30"}),
    ],
)
def test_a_wrong_family_price_is_refused_at_its_field(desk, bare, field, wrong):  # noqa: F811
    answer = send(desk, bare, "group_prices", {**FAMILY, **wrong})

    assert field in errors(answer, "group_prices")
    assert not FamilyPrice.objects.exists()


@pytest.mark.parametrize("members", ["adult", "adult:0", "adult:2 emperor:1", "adult:1 adult:1"])
def test_a_set_that_means_nothing_is_refused(product, members):
    row = FamilyPrice(product=product, name_zh="x", members=members, price_fen=1, **SEASON)

    with pytest.raises(ValidationError) as refused:
        row.full_clean()

    assert list(refused.value.message_dict) == ["members"]


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


@pytest.mark.parametrize("has_pattern", [True, False], ids=["a pattern", "a price"])
def test_who_edits_a_pattern_hears_that_what_is_laid_out_has_not_followed(
    desk,  # noqa: F811
    bare,
    has_pattern,
):
    slot_on(bare, VISIT, time(8))
    bare.patterns.all().delete()
    pattern = {"season": "ANY", "weekdays": ["1", "2"], "starts": "14:00", "ends": "16:00"}
    row = {**pattern, "permille": "20"} if has_pattern else RULE

    answer = send(desk, bare, "patterns" if has_pattern else "price_rules", row)

    assert answer.status_code == 302
    said = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert ("Apply the patterns" in said) == has_pattern
    assert bare.patterns.count() == has_pattern
