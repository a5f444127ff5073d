# ruff: noqa: F811
"""Who may pay by a tab: its administrator adds and takes off people, and keeps its bills."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from django.test import Client

from accounts.identity import phones
from accounts.identity.models import User
from accounts.organisations.models import Kind
from bookings.orders.models import Order
from bookings.tabs import operations as tabs
from bookings.tabs.models import Bill, Item, Member, Tab
from kernel.audit.models import Entry
from kernel.errors import NotFound, TooMany
from tests.bookings.tabs.test_tabs import next_month, pay_order, person, tab, use  # noqa: F401
from tests.cast import enter
from tests.factories.accounts import OrganisationFactory, TouristFactory

pytestmark = pytest.mark.django_db

PHONE = "16100000077"


@pytest.fixture
def admin(tab: Tab) -> User:
    made = TouristFactory(display_name="周会计")
    Member.objects.create(tab=tab, user=made, is_admin=True)
    return made


@pytest.fixture
def colleague() -> User:
    sealed = phones.seal_phone(PHONE)
    return TouristFactory(
        display_name="新同事", phone_sealed=sealed.sealed, phone_index=sealed.index,
        phone_masked=sealed.masked,
    )  # fmt: skip


def people(tab: Tab) -> set[int]:
    return set(Member.objects.filter(tab=tab).values_list("user_id", flat=True))


def test_an_administrator_adds_a_registered_person_by_their_number(tab, admin, colleague, now):
    browser = enter(admin)

    answer = browser.post("/en/tab/people/", {"phone": "+86 161 0000 0077"})

    assert answer.status_code == 302
    member = Member.objects.get(user=colleague)
    assert (member.tab, member.is_admin) == (tab, False)
    assert use(colleague, "t", 100, now)
    said = Entry.objects.get(action="tabs.member-added")
    assert (said.actor, said.subject, said.facts) == (
        admin.actor, tab.subject, {"user": colleague.pk},
    )  # fmt: skip


def test_a_number_of_nobody_and_one_of_another_tab_get_the_same_answer(
    tab, admin, colleague, order
):
    other = Tab.objects.create(name="另一家", region=order.region, limit_fen=1)
    Member.objects.create(tab=other, user=colleague)
    browser, before = enter(admin), people(tab)

    pages = [
        browser.post("/en/tab/people/", {"phone": number}).content.decode()
        for number in (PHONE, "16100000078")
    ]

    for page in pages:
        assert "Nobody with this number can be added" in page
    assert people(tab) == before
    assert not Entry.objects.filter(action="tabs.member-added").exists()


def test_numbers_cannot_be_tried_out(tab, admin, now):
    for number in range(30):
        with pytest.raises(tabs.NobodyNew):
            tabs.add_member(tab=tab, phone=f"161000001{number:02d}", actor=admin.actor, at=now)

    with pytest.raises(TooMany):
        tabs.add_member(tab=tab, phone="16100000199", actor=admin.actor, at=now)


def test_an_administrator_takes_a_person_off_and_what_they_used_stays(tab, admin, person, now):
    use(person, "t", 100, now)
    member = Member.objects.get(user=person)
    browser = enter(admin)
    away = f"/en/tab/people/{member.pk}/remove/"

    assert "stays on its bills" in browser.get(away).content.decode()
    assert browser.post(away).status_code == 302

    assert people(tab) == {admin.pk}
    assert not use(person, "u", 100, now)
    assert Item.objects.get().actor == person.actor
    assert Entry.objects.get(action="tabs.member-removed").facts == {"user": person.pk}


def test_an_administrator_is_taken_off_by_the_platform_only(tab, admin, now):
    member = Member.objects.get(user=admin)

    with pytest.raises(tabs.StaysAdministrator):
        tabs.remove_member(tab=tab, member_id=member.pk, actor=admin.actor, at=now)

    assert admin.pk in people(tab)


def test_who_is_no_administrator_any_more_moves_nobody(tab, admin, person, colleague, now):
    Member.objects.filter(user=admin).update(is_admin=False)
    before, member_id = people(tab), Member.objects.get(user=person).pk

    for actor in (admin.actor, person.actor, "user:0", ""):
        with pytest.raises(NotFound):
            tabs.add_member(tab=tab, phone=PHONE, actor=actor, at=now)
        with pytest.raises(NotFound):
            tabs.remove_member(tab=tab, member_id=member_id, actor=actor, at=now)

    assert people(tab) == before


def test_a_member_has_no_such_pages(tab, person):
    browser = enter(person)

    assert browser.get("/en/tab/people/").status_code == 404
    assert "/en/tab/people/" not in browser.get("/en/tab/").content.decode()
    assert "/sign-in/" in Client().get("/en/tab/people/").url


@pytest.fixture
def bill(party, tab: Tab, person: User, order: Order, now: datetime) -> Bill:
    OrganisationFactory(kind=Kind.PLATFORM, name_zh="全域平台", name_en="The platform")
    pay_order(order, person, now)
    tabs.bill_months(at=next_month(tab, now))
    return Bill.objects.get()


def test_a_bill_says_whose_it_is_who_is_paid_and_what_each_line_was_for(bill, admin, person, order):
    page = enter(admin).get(f"/en/tab/bills/{bill.pk}/").content.decode()

    line = order.lines.get()
    for words in ("云岭旅行社", "The platform", order.code, str(line), str(person)):
        assert words in page
    assert str(person) not in enter(person).get(f"/en/tab/bills/{bill.pk}/").content.decode()


def test_a_bill_is_downloaded_and_is_no_formula(bill, admin, person, order):
    User.objects.filter(pk=person.pk).update(display_name="=HYPERLINK(1)")

    answer = enter(admin).get(f"/en/tab/bills/{bill.pk}/csv/")

    assert answer["Content-Disposition"] == f'attachment; filename="bill-{bill.month:%Y-%m}.csv"'
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == ["Holder", "云岭旅行社", "Payee", "The platform"]
    assert rows[1][:2] == ["Month", f"{bill.month:%Y-%m}"]
    assert rows[3][1:4] == [order.code, str(order.lines.get()), "'=HYPERLINK(1)"]
    assert len(rows) == 4
    assert enter(person).get(f"/en/tab/bills/{bill.pk}/csv/").status_code == 404


def test_a_bill_costs_the_same_however_many_lines_it_has(
    tab,
    admin,
    person,
    now,
    django_assert_max_num_queries,
):
    for number in range(12):
        use(person, f"t{number}", 10, now)
    tabs.bill_months(at=next_month(tab, now))

    browser = enter(admin)
    with django_assert_max_num_queries(12):
        browser.get(f"/en/tab/bills/{Bill.objects.get().pk}/")
