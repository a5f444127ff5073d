"""The pages of invoices: the buyer's, the desk's, and nobody else's."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Organisation, Role
from bookings.invoices import operations
from bookings.invoices.models import File, Invoice, Issuer, State, Title
from bookings.orders.models import Order
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from tests.bookings.invoices.conftest import COMPANY, WANG, ask_for, cancel
from tests.cast import enter
from tests.factories.accounts import (
    MembershipFactory,
    OrganisationFactory,
    TouristFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang(paid):
    """Who has bought it."""
    person = TouristFactory(display_name="王芳")
    Order.objects.filter(pk=paid.pk).update(actor=person.actor)
    paid.refresh_from_db()
    return person


@pytest.fixture
def browser(wang) -> Client:
    return enter(wang)


def desk_of(supplier: Organisation) -> Client:
    user = UserFactory(is_staff=True)
    MembershipFactory(user=user, organisation=supplier, role=Role.ADMIN)
    return enter(user)


@pytest.fixture
def at_desk(issuer: Issuer) -> Client:
    return desk_of(issuer.organisation)


@pytest.fixture
def elsewhere(paid) -> Client:
    return desk_of(OrganisationFactory(region=paid.region))


def stranger():
    """Somebody with another phone than the one that the order was left with."""
    return TouristFactory(phone="16199999999")


def page(name: str, order: Order, *more: object) -> str:
    return reverse(f"invoices:{name}", args=[order.token, *more])


def form(**changes: str) -> dict[str, str]:
    company = {"kind": "COMPANY", "name": COMPANY.name, "tax_number": COMPANY.tax_number}
    return {"title": "new", **company} | changes


def test_a_buyer_asks_with_a_new_title_saves_it_and_downloads(desk, issuer, paid, browser, now):
    address = page("ask", paid, issuer.organisation_id)
    browser.get(address)
    sent = browser.post(address, form(save="on"))
    outbox.drain(at=now)

    invoice = Invoice.objects.get()
    seen = browser.get(page("order", paid)).content.decode()
    pdf = browser.get(page("file", paid, invoice.token, "pdf"))
    assert sent.status_code == 302
    assert invoice.serial in seen
    assert COMPANY.name in seen
    assert COMPANY.tax_number not in seen
    assert pdf.content.startswith(b"%PDF-")
    assert (pdf["Content-Type"], pdf["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert pdf["Content-Disposition"] == f'attachment; filename="{invoice.serial}.pdf"'
    assert Title.objects.get().facts == COMPANY


def test_a_saved_title_is_one_choice_and_a_click_twice_is_one_invoice(
    desk, issuer, paid, browser, wang, now
):
    title = operations.keep(actor=wang.actor, facts=WANG, at=now)
    for _click in range(2):
        browser.post(page("ask", paid, issuer.organisation_id), {"title": str(title.pk)})

    assert Invoice.objects.get().title == WANG


def test_the_orders_page_leads_its_buyer_there_and_nobody_else(desk, issuer, paid, browser):
    order_page = reverse("checkout:order", args=[paid.token])
    door = page("order", paid)

    assert door in browser.get(order_page).content.decode()
    assert door not in enter(stranger()).get(order_page).content.decode()


def test_who_has_the_orders_address_but_is_not_its_buyer_finds_no_invoice(
    desk, issuer, paid, browser, now
):
    invoice = ask_for(paid, now)
    other, anybody = enter(stranger()), Client()
    addresses = [
        page("order", paid), page("ask", paid, issuer.organisation_id),
        page("file", paid, invoice.token, "pdf"),
    ]  # fmt: skip

    for who in (other, anybody):
        assert [who.get(address).status_code for address in addresses] == [404, 404, 404]
        assert who.post(addresses[1], form(name="攻击者")).status_code == 404
    assert [browser.get(address).status_code for address in addresses] == [200, 200, 200]
    assert Invoice.objects.get().title == COMPANY


def test_a_file_of_another_order_or_kind_or_not_yet_fetched_is_not_there(
    desk, issuer, paid, browser, now, shop, sellers
):
    invoice = ask_for(paid, now)
    other = Order.objects.get(pk=paid.pk)
    other.pk, other.token, other.code, other.request_key = None, "othertoken", "OTHER", "other"
    other.save()

    found = [
        browser.get(page("file", other, invoice.token, "pdf")).status_code,
        browser.get(page("file", paid, invoice.token, "exe")).status_code,
        browser.get(page("file", paid, "0", "pdf")).status_code,
    ]
    File.objects.update(sealed="")
    found.append(browser.get(page("file", paid, invoice.token, "pdf")).status_code)

    assert found == [404, 404, 404, 404]


def test_another_supplier_of_nothing_in_the_order_cannot_be_asked(desk, issuer, paid, browser):
    assert browser.post(page("ask", paid, 999_999), form()).status_code == 404


@pytest.mark.parametrize("number", ["<script>alert(1)</script>", "' OR 1=1 --", "9" * 5000, "\x00"])
def test_a_hostile_tax_number_asks_for_nothing(desk, issuer, paid, browser, number):
    answer = browser.post(page("ask", paid, issuer.organisation_id), form(tax_number=number))

    assert answer.status_code in (200, 400)
    assert b"<script>alert(1)" not in answer.content
    assert not Invoice.objects.exists()


def test_a_stuck_one_says_so_and_may_be_made_out_to_somebody_else(desk, issuer, paid, browser, now):
    desk.faults(no=1)
    ask_for(paid, now)

    seen = browser.get(page("order", paid)).content.decode()
    browser.post(page("ask", paid, issuer.organisation_id), form(name="另一有限公司"))
    outbox.drain(at=now)

    assert "a person looks at it" in seen
    assert Invoice.objects.get().title.name == "另一有限公司"


def test_a_desk_downloads_its_own_and_another_desk_nothing(
    desk, issuer, paid, at_desk, elsewhere, now
):
    invoice = ask_for(paid, now)
    file = reverse("admin:bookings_invoices_invoice_file", args=[invoice.pk]) + "?kind=PDF"
    listed = reverse("admin:bookings_invoices_invoice_changelist")

    assert at_desk.get(file).content.startswith(b"%PDF-")
    assert elsewhere.get(file).status_code == 404
    assert invoice.serial in at_desk.get(listed).content.decode()
    assert invoice.serial not in elsewhere.get(listed).content.decode()
    assert Entry.objects.filter(action="invoice.download").count() == 1


def test_a_desk_asks_for_a_buyer_and_another_desk_cannot(desk, issuer, paid, at_desk, elsewhere):
    address = reverse("admin:bookings_invoices_invoice_ask", args=[paid.pk])

    refused = elsewhere.post(address, form()).status_code
    none = Invoice.objects.count()
    at_desk.get(address)
    at_desk.post(address, form())

    assert (refused, none) == (404, 0)
    assert Invoice.objects.get().asked_by.startswith("user:")


def test_a_desk_tries_a_stuck_one_again_and_sees_it_on_the_order(desk, issuer, paid, at_desk, now):
    desk.faults(no=1)
    stuck = ask_for(paid, now)
    at_desk.post(
        reverse("admin:bookings_invoices_invoice_changelist"),
        {"action": "retry", "_selected_action": [stuck.pk]},
    )
    operations.look_at_due(at=now.replace(year=now.year + 1))
    outbox.drain(at=now)

    invoice = Invoice.objects.get()
    order_page = reverse("admin:bookings_orders_order_change", args=[paid.pk])
    assert (stuck.state, invoice.state) == (State.FAILED, State.ISSUED)
    assert invoice.serial in at_desk.get(order_page).content.decode()


def test_the_table_for_accountants_adds_up_and_calculates_nothing(desk, issuer, paid, at_desk, now):
    Issuer.objects.update(name="=cmd()")
    invoice = ask_for(paid, now)
    cancel(paid, now, "p0")

    answer = at_desk.post(
        reverse("admin:bookings_invoices_invoice_changelist"),
        {"action": "export", "_selected_action": [i.pk for i in Invoice.objects.all()]},
    )

    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert len(head) == len(rows[0]) == 13
    assert [row[-1] for row in rows] == ["20", "-10"]
    assert rows[1][1] == invoice.serial
    assert {row[5] for row in rows} == {"'=cmd()"}


def test_a_desk_enters_its_tax_number_and_token_which_is_not_shown(desk, issuer, at_desk):
    address = reverse("admin:bookings_invoices_issuer_change", args=[issuer.pk])
    rates = {"rates-TOTAL_FORMS": "0", "rates-INITIAL_FORMS": "0"}
    given = {
        "organisation": issuer.organisation_id, "name": "新名", "clerk": "李四", "moment": "AFTER_USE",
        "tax_number": "9135 0100 m000 100y 43", "token": "a-secret-token", "is_on": "on", **rates,
    }  # fmt: skip

    wrong = at_desk.post(address, given | {"tax_number": "91350100M000100Y44"})
    at_desk.post(address, given)
    issuer.refresh_from_db()

    assert "does not fit the others" in wrong.content.decode()
    assert (issuer.name, issuer.tax_number) == ("新名", "91350100M000100Y43")
    assert "a-secret-token" not in at_desk.get(address).content.decode()
    assert Entry.objects.filter(action="invoice.set-issuer").count() == 1
