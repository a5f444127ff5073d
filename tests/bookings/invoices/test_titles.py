"""Titles: kept sealed by the person they belong to, one of them taken by default."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from bookings.invoices import operations, queries, titles
from bookings.invoices.models import Title
from bookings.invoices.operations.titles import MOST
from tests.cast import enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db

COMPANY = titles.read(
    kind="COMPANY",
    name="黄山某某有限公司",
    tax_number="91350100M000100Y43",
    bank="某银行",
    account="6222",
)
WANG = titles.read(kind="PERSON", name="王芳")


@pytest.fixture
def wang(db):
    return TouristFactory(display_name="王芳")


@pytest.fixture
def browser(wang) -> Client:
    return enter(wang)


def form(**changes: str) -> dict[str, str]:
    return {"kind": "COMPANY", "name": COMPANY.name, "tax_number": COMPANY.tax_number} | changes


def test_the_first_is_taken_by_default_and_the_same_again_is_no_second(at):
    first = operations.keep(actor="user:1", facts=COMPANY, at=at)
    again = operations.keep(actor="user:1", facts=COMPANY, at=at)
    other = operations.keep(actor="user:1", facts=WANG, at=at)

    assert (first, Title.objects.count()) == (again, 2)
    assert [t.pk for t in queries.titles_of(["user:1"])] == [first.pk, other.pk]
    assert Title.objects.get(is_default=True) == first


def test_another_can_be_the_default_and_there_is_one(at):
    operations.keep(actor="user:1", facts=COMPANY, at=at)
    other = operations.keep(actor="user:1", facts=WANG, at=at)

    operations.make_default(title_id=other.pk, actors=["user:1"])

    assert Title.objects.get(is_default=True) == other


def test_nothing_of_it_stands_in_the_database_in_plain(at):
    operations.keep(actor="user:1", facts=COMPANY, at=at)

    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM bookings_invoices_title AS t")
        row = cursor.fetchone()[0]
    assert COMPANY.name not in row
    assert COMPANY.tax_number not in row
    assert Title.objects.get().facts == COMPANY


def test_nobody_saves_without_end(at):
    for number in range(MOST):
        facts = titles.read(kind="PERSON", name=f"王芳 {number}")
        operations.keep(actor="user:1", facts=facts, at=at)

    with pytest.raises(operations.EnoughTitles):
        operations.keep(actor="user:1", facts=COMPANY, at=at)

    assert Title.objects.count() == MOST


def test_of_a_person_nothing_but_the_name_is_kept():
    facts = titles.read(kind="PERSON", name=" 王 芳\u200b ", tax_number="x", bank="y")

    assert facts == titles.TitleFacts(kind="PERSON", name="王 芳")


@pytest.mark.parametrize("name", ["", " ", "\u200b", "--", "名" * 101, "\n\n"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(titles.TitleWrong):
        titles.read(kind="PERSON", name=name)


def test_lists_show_a_company_whole_and_a_person_by_the_first_character():
    assert (COMPANY.shown, WANG.shown) == (COMPANY.name, "王**")
    assert COMPANY.tax_masked == "9135**********0Y43"


def test_a_guests_titles_go_along_to_the_account(at):
    operations.keep(actor="user:1", facts=WANG, at=at)
    operations.keep(actor="guest:a", facts=COMPANY, at=at)

    operations.take_over(source="guest:a", target="user:1")

    assert [t.facts for t in queries.titles_of(["user:1"])] == [WANG, COMPANY]
    assert Title.objects.filter(is_default=True).count() == 1


def test_a_title_is_entered_changed_and_removed_on_its_pages(browser, wang):
    browser.post(reverse("invoices:title-add"), form())
    title = Title.objects.get(actor=wang.actor)
    listed = browser.get(reverse("invoices:titles")).content.decode()

    changed = browser.post(reverse("invoices:title", args=[title.pk]), form(name="另一有限公司"))
    title.refresh_from_db()
    browser.post(reverse("invoices:title-remove", args=[title.pk]))

    assert COMPANY.name in listed
    assert COMPANY.tax_number in listed
    assert (changed.status_code, title.facts.name) == (302, "另一有限公司")
    assert not Title.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tax_number": "91350100M000100Y44"}, "The last character does not fit the others"),
        ({"tax_number": ""}, "A tax number has 18 characters"),
        ({"tax_number": "<script>alert(1)</script>"}, "A tax number has 18 characters"),
        ({"name": "--"}, "Write the name as it is to stand"),
        ({"kind": "HORSE"}, "Select a valid choice"),
    ],
)
def test_a_wrong_one_is_told_at_its_field_and_not_kept(browser, changes, said):
    page = browser.post("/en/me/titles/add/", form(**changes)).content.decode()

    assert said in page
    assert "<script>alert(1)" not in page
    assert not Title.objects.exists()


def test_another_persons_title_is_not_there(browser, at):
    other = operations.keep(actor="user:0", facts=COMPANY, at=at)

    for name in ("title", "title-default", "title-remove"):
        answer = browser.post(reverse(f"invoices:{name}", args=[other.pk]), form())
        assert answer.status_code == 404, name

    other.refresh_from_db()
    assert other.facts == COMPANY
