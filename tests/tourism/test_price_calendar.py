"""A price list by days in the back office: which price holds, what each class pays, month by month."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kernel.places.models import CalendarDay, DayType
from tests.tourism.test_admin import desk, enter, stopped_clock  # noqa: F401 - fixtures
from tourism.areas.models import Closure
from tourism.tickets.models import PriceRule, Product

pytestmark = pytest.mark.django_db

OCTOBER = {"first_date": "2026-10-01", "last_date": "2026-10-31"}


def show(desk: Client, product: Product, month: str = "", language: str = "en"):  # noqa: F811
    with translation.override(language):
        url = reverse("admin:tourism_tickets_product_prices", args=[product.pk])
    return desk.get(url, {"month": month} if month else {})


def day_of(answer, day: date) -> str:
    """What the page says of one day, in words."""
    html = answer.content.decode()
    [item] = re.findall(
        rf'<li[^>]*>(?:(?!</li>).)*datetime="{day}"(?:(?!</li>).)*', html, re.DOTALL
    )
    return " ".join(re.sub(r"<[^>]+>", " ", item).split())


@pytest.fixture
def holiday(product) -> date:
    day = date(2026, 10, 7)
    CalendarDay.objects.create(
        region=product.area.region, date=day, day_type=DayType.HOLIDAY,
        name_zh="国庆节", name_en="National Day",
    )  # fmt: skip
    PriceRule.objects.create(product=product, day_kind="HOLIDAY", price_fen=25_050, **OCTOBER)
    return day


def test_each_day_says_its_kind_its_rule_and_what_each_class_pays(desk, product, holiday):  # noqa: F811
    answer = show(desk, product, "2026-10")

    on_holiday, usual = day_of(answer, holiday), day_of(answer, date(2026, 10, 8))

    assert on_holiday.startswith("Wed 7 Oct Price 2 public holiday · National Day")
    assert "adult ¥250.50" in on_holiday
    assert "minor_half ¥125" in on_holiday
    assert usual.startswith("Thu 8 Oct Price 1 working day")
    assert "adult ¥190" in usual
    rules = [(key.number, *key.rules, key.days) for key in answer.context["page"].keys]
    assert rules == [
        (1, "Peak season", 30),
        (2, "Thu 1 Oct – Sat 31 Oct · public holidays", 1),
    ]


def test_the_rule_of_a_class_is_named_with_it(desk, product):  # noqa: F811
    PriceRule.objects.create(
        product=product, class_code="student_half", weekdays="6", price_fen=1, **OCTOBER
    )

    keys = show(desk, product, "2026-10").context["page"].keys

    assert [key.rules for key in keys] == [
        ("Peak season",),
        ("Peak season", "student_half: Thu 1 Oct – Sat 31 Oct · Sat"),
    ]


def test_it_begins_with_the_present_month_and_leads_to_those_beside_it(desk, product):  # noqa: F811
    page = show(desk, product)

    assert page.context["page"].month == date(2026, 9, 1)
    html = page.content.decode()
    assert 'href="?month=2026-08"' in html
    assert 'href="?month=2026-10"' in html
    assert '<option value="2026-09" selected>' in html
    assert 'datetime="2026-09-20" aria-current="date"' in html


@pytest.mark.parametrize(
    ("month", "first", "last", "number"),
    [
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), 31),
        ("2027-02", date(2027, 2, 1), date(2027, 2, 28), 28),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), 29),
    ],
)
def test_a_month_has_all_its_days(desk, product, month, first, last, number):  # noqa: F811
    cells = show(desk, product, month).context["page"].cells

    assert [cells[0].day, cells[-1].day, len(cells)] == [first, last, number]


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-12", "0001-01", "2026-10-01"])
def test_a_month_that_is_none_is_refused(desk, product, month):  # noqa: F811
    assert show(desk, product, month).status_code == 400


def test_a_closed_day_says_so(desk, product):  # noqa: F811
    Closure.objects.create(
        area=product.area, first_date="2026-10-05", last_date="2026-10-05", reason_zh="检修",
        reason_en="Repairs",
    )  # fmt: skip

    answer = show(desk, product, "2026-10")

    assert "closed: Repairs" in day_of(answer, date(2026, 10, 5))
    assert "closed" not in day_of(answer, date(2026, 10, 6))


def test_the_calendar_speaks_chinese(desk, product, holiday):  # noqa: F811
    html = show(desk, product, "2026-10", "zh-hans").content.decode()

    for words in ("价格日历", "2026年10月", "国庆节", "旺季", "修改价目", "法定节假日"):
        assert words in html


def test_days_with_many_words_stand_below_each_other(desk, product):  # noqa: F811
    assert show(desk, product, "2026-10").context["page"].is_grid
    product.concessions.update(name_en="A" * 50)

    assert not show(desk, product, "2026-10").context["page"].is_grid
