"""An invoice from the wish to the paper: once, for what was paid, as soon as it may be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.invoices import operations, services
from bookings.invoices.models import File, Invoice, Moment, Rate, Row, State
from bookings.orders.models import Line, Order
from bookings.payments import operations as payments
from kernel.errors import NotFound
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask as asks
from tests.bookings.invoices.conftest import (
    COMPANY,
    WANG,
    ask_for,
    cancel,
    issued_fen,
    let_issue,
    sound,
)
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_it_is_issued_for_what_was_paid_and_its_forms_are_fetched(desk, issuer, paid, now):
    invoice = ask_for(paid, now)

    [made] = desk.issued()
    assert (invoice.state, invoice.total_fen, invoice.tax_fen) == (State.ISSUED, 2000, 113)
    assert (invoice.serial, made["total"]) == (made["serial"], "20.00")
    assert (made["buyer"], made["buyer_tax"]) == (COMPANY.name, COMPANY.tax_number)
    assert made["seller_tax"] == issuer.tax_number
    [row] = Row.objects.filter(invoice=invoice)
    assert (row.quantity, row.amount_fen, row.tax_fen, row.permille) == (2, 2000, 113, 60)
    pdf = File.objects.get(invoice=invoice, kind="PDF")
    assert operations.read_file(pdf).startswith(b"%PDF-")
    assert sound(now)


def test_asked_for_twice_it_is_one(desk, issuer, paid, now):
    first, again = ask_for(paid, now), ask_for(paid, now)

    assert first == again
    assert (Invoice.objects.count(), len(desk.issued())) == (1, 1)


def test_before_use_it_waits_where_the_supplier_issues_after_use(desk, issuer, paid, now):
    issuer.moment = Moment.AFTER_USE
    issuer.save()
    line = paid.lines.get()
    waits = ask_for(paid, now)

    operations.look_at_due(at=line.ends_at - timedelta(seconds=1))
    outbox.drain(at=now)
    before = desk.issued()
    operations.look_at_due(at=line.ends_at)
    outbox.drain(at=line.ends_at)

    assert (waits.state, waits.why, waits.next_at) == (
        State.ASKED, "waits until it is used or its time is over", line.ends_at,
    )  # fmt: skip
    assert before == []
    assert issued_fen(paid) == 2000


def test_use_makes_it_due(desk, issuer, paid, now):
    issuer.moment = Moment.AFTER_USE
    issuer.save()
    ask_for(paid, now)
    Line.objects.filter(order=paid).update(state="USED", used_parts=["p0", "p1"])

    operations.begin_of(order_id=paid.pk, at=now)
    outbox.drain(at=now)

    assert len(desk.issued()) == 1


def test_what_waits_is_made_for_what_is_left_of_it(desk, issuer, paid, now):
    issuer.moment = Moment.AFTER_USE
    issuer.save()
    ask_for(paid, now)
    cancel(paid, now, "p0")
    over = paid.lines.get().ends_at

    operations.look_at_due(at=over)
    outbox.drain(at=over)

    assert issued_fen(paid) == 1000
    assert Invoice.objects.count() == 1


def test_where_all_went_back_there_is_nothing_and_one_may_not_ask_again(desk, issuer, paid, now):
    issuer.moment = Moment.AFTER_USE
    issuer.save()
    invoice = ask_for(paid, now)
    cancel(paid, now, "p0", "p1")

    operations.look_at_due(at=now + 400 * DAY)
    invoice.refresh_from_db()

    assert invoice.state == State.VOID
    assert desk.issued() == []
    with pytest.raises(operations.NothingToInvoice):
        ask_for(paid, now)


def test_what_the_terms_keep_is_invoiced_as_a_fee(desk, issuer, paid, now):
    Line.objects.filter(order=paid).update(starts_at=now + timedelta(hours=2))
    cancel(paid, now, "p0")

    invoice = ask_for(paid, now)

    rows = [(r.name, r.amount_fen, r.goods_code[:3]) for r in invoice.rows.order_by("place")]
    assert rows == [("样品 一份", 1000, "307"), ("样品 退改手续费", 500, "304")]
    assert sound(now)


def test_a_discount_stands_below_the_original_price(desk, issuer, paid, now):
    line = paid.lines.get()
    for part in line.parts:
        part["saved_fen"] = 333
    line.save(update_fields=["parts"])

    invoice = ask_for(paid, now)

    rows = [(r.role, r.amount_fen, r.tax_fen) for r in invoice.rows.order_by("place")]
    assert rows == [("DISCOUNTED", 2666, 151), ("DISCOUNT", -666, -38)]
    assert (invoice.total_fen, invoice.tax_fen) == (2000, 113)


def test_each_supplier_of_an_order_issues_its_own_and_they_add_up(
    desk, shop, sellers, party, region, now
):
    kinds = ("plain", "deposit", "secured")
    for kind in kinds:
        sellers[kind].supplier_id = OrganisationFactory(region=region).pk
        sellers[kind].starts_at = now + 300 * DAY
        sellers[kind].dues = lambda fen: type(sellers["plain"]).dues(sellers["plain"], fen)
        let_issue(sellers[kind].supplier_id)
    wishes = [asks(shop.bucket(5), 1, price_fen=999 + n, kind=k) for n, k in enumerate(kinds)]
    bought = _bought(shop, wishes, party, now)

    for kind in kinds:
        operations.ask(
            order=bought, supplier_id=sellers[kind].supplier_id, title=WANG, actor="guest:a", at=now
        )
    outbox.drain(at=now)

    assert sorted(Invoice.objects.values_list("total_fen", flat=True)) == [999, 1000, 1001]
    assert len(desk.issued()) == 3
    assert issued_fen(bought) == bought.received_fen == 3000
    assert {row.permille for row in Row.objects.all()} == {60, 130}
    assert sound(now)


def _bought(shop, wishes, party, now) -> Order:
    from bookings.orders import operations as orders

    total = sum(int(each.ref.split(":")[1]) for each in wishes)
    made = orders.place(shop.wish(*wishes, total_fen=total), at=now)
    paying = payments.pay_by(
        order=made, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back")
    )
    party.press(paying)
    payments.ask(attempt=paying, at=now)
    outbox.drain(at=now)
    made.refresh_from_db()
    return made


def test_a_bonus_that_was_given_is_not_invoiced(desk, issuer, paid, now, monkeypatch):
    """500 of the 2,000 fen came out of a bonus of the buyer's balance."""
    from bookings.balance import queries as balances

    monkeypatch.setattr(balances, "bonus_in", lambda _tokens: 500)

    invoice = ask_for(paid, now)
    cancel(paid, now, "p0")

    assert invoice.total_fen == 1500
    assert [(r.role, r.amount_fen) for r in invoice.rows.order_by("place")] == [
        ("DISCOUNTED", 2000), ("DISCOUNT", -500),
    ]  # fmt: skip
    assert issued_fen(paid) == 750


def test_who_has_not_paid_or_bought_there_or_has_a_supplier_that_issues_none_is_told(
    desk, issuer, paid, order, now
):
    stranger = OrganisationFactory().pk
    with pytest.raises(NotFound):
        operations.ask(order=paid, supplier_id=stranger, title=WANG, actor="guest:a", at=now)
    paid.paid_at = None
    with pytest.raises(operations.NotPaidYet):
        ask_for(paid, now)
    paid.refresh_from_db()
    Rate.objects.filter(issuer=issuer, kind="").delete()
    with pytest.raises(operations.NotIssuedHere, match="not_issued_here"):
        ask_for(paid, now)
    services.switch_on(None)
    with pytest.raises(operations.NotIssuedHere):
        ask_for(paid, now)

    assert not Invoice.objects.exists()


@pytest.mark.parametrize("fault", ["error_after_success", "drop_reply", "refuse"])
def test_a_service_that_fails_or_is_silent_ends_in_exactly_one(desk, issuer, paid, now, fault):
    desk.faults(**{fault: 1})
    waits = ask_for(paid, now)

    operations.look_at_due(at=waits.next_at)
    outbox.drain(at=waits.next_at)

    assert (waits.state, waits.why) == (State.ISSUING, "the invoice service does not answer")
    assert (len(desk.issued()), issued_fen(paid)) == (1, 2000)
    assert sound(now)


def test_the_waits_grow_and_after_days_a_person_must_look(desk, issuer, paid, now):
    desk.faults(down=1)
    invoice, at, waits = ask_for(paid, now), now, []
    while invoice.next_at is not None:
        waits.append((invoice.next_at - at).total_seconds())
        at = invoice.next_at + timedelta(seconds=max(0, len(waits) - 8) * 3600)
        operations.look_at_due(at=at)
        invoice.refresh_from_db()

    assert waits[:5] == [5, 10, 20, 40, 80]
    assert max(waits) == 600
    assert invoice.state == State.FAILED
    assert at - now > 4 * DAY


def test_given_up_in_silence_it_is_found_again_by_who_retries(desk, issuer, paid, now):
    desk.faults(drop_reply=1)
    invoice = ask_for(paid, now)
    Invoice.objects.update(state=State.FAILED, next_at=None)

    operations.retry(invoice_id=invoice.pk, actor="user:1", at=now)
    outbox.drain(at=now)

    assert (len(desk.issued()), issued_fen(paid)) == (1, 2000)


def test_a_no_waits_for_a_person_who_tries_by_another_number(desk, issuer, paid, now):
    desk.faults(no=1)
    stuck = ask_for(paid, now)

    operations.retry(invoice_id=stuck.pk, actor="user:1", at=now)
    operations.look_at_due(at=now)
    outbox.drain(at=now)

    assert (stuck.state, stuck.why) == (State.FAILED, "授信额度不足")
    again = Invoice.objects.get()
    assert again.state == State.ISSUED
    assert again.number != stuck.number
    with pytest.raises(operations.NotStuck):
        operations.retry(invoice_id=stuck.pk, actor="user:1", at=now)


def test_the_buyer_mends_a_title_that_was_refused_but_not_one_that_was_issued(
    desk, issuer, paid, now
):
    desk.faults(no=1)
    ask_for(paid, now, title=WANG)

    mended = ask_for(paid, now)

    assert (mended.state, desk.issued()[0]["buyer"]) == (State.ISSUED, COMPANY.name)
    with pytest.raises(operations.AlreadyIssued):
        ask_for(paid, now, title=WANG)
    assert Invoice.objects.get().title == COMPANY


def test_books_that_say_another_sum_issue_nothing(desk, issuer, paid, now):
    Line.objects.filter(order=paid).update(cancelled_parts=["p0"])

    invoice = ask_for(paid, now)

    assert (invoice.state, desk.issued()) == (State.FAILED, [])
    assert invoice.why == "the books and the order do not say the same sum"


@pytest.mark.parametrize("flag", ["DISPUTED", "RETURNED"])
def test_an_order_that_somebody_must_look_at_waits(desk, issuer, paid, now, flag):
    Order.objects.update(flag=flag)

    invoice = ask_for(paid, now)

    assert (invoice.state, desk.issued()) == (State.ASKED, [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bookings_invoices_invoice SET total_fen = total_fen + 1",
        "UPDATE bookings_invoices_invoice SET title_shown = 'x'",
        "UPDATE bookings_invoices_invoice SET state = 'ASKED'",
        "DELETE FROM bookings_invoices_invoice",
        "UPDATE bookings_invoices_row SET amount_fen = amount_fen + 1",
        "DELETE FROM bookings_invoices_row",
        "INSERT INTO bookings_invoices_row (invoice_id, place, key, role, name, spec, quantity, goods_code,"
        " permille, policy, amount_fen, tax_fen) SELECT id, 9, 'k', 'PLAIN', 'n', '', 0, '', 60, '', 1, 0"
        " FROM bookings_invoices_invoice",
        "UPDATE bookings_invoices_invoice SET reddened_fen = 2001",
    ],
)  # fmt: skip
def test_an_issued_one_cannot_be_edited_by_anybody(desk, issuer, paid, now, statement):
    ask_for(paid, now)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert issued_fen(paid) == 2000


def test_no_name_or_number_stands_in_the_database_in_plain(desk, issuer, paid, now):
    ask_for(paid, now, title=WANG)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t::text FROM bookings_invoices_invoice AS t"
            " UNION ALL SELECT t::text FROM bookings_invoices_file AS t"
            " UNION ALL SELECT t::text FROM bookings_invoices_row AS t"
        )
        assert not any("王芳" in row for (row,) in cursor.fetchall())
    assert Invoice.objects.get().title_shown == "王**"
