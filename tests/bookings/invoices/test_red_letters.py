"""Red letters: exactly what came back, each once, never more than the invoice, which stays as it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.invoices import operations
from bookings.invoices.models import Invoice, State
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.refunds.models import Refund
from kernel.outbox import operations as outbox
from tests.bookings.invoices.conftest import ask_for, cancel, issued_fen, reds, sound

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(issuer, paid, now) -> Invoice:
    return ask_for(paid, now)


def test_a_refund_of_a_part_makes_one_of_exactly_its_sum(desk, invoice, paid, now):
    before = Invoice.objects.values().get(pk=invoice.pk)
    cancel(paid, now, "p0")

    [red] = reds(invoice)
    after = Invoice.objects.values().get(pk=invoice.pk)
    blue, made = desk.issued()
    assert (red.state, red.total_fen) == (State.ISSUED, -Refund.objects.get().amount_fen)
    assert (red.serial, made["reddens"], blue["serial"]) == (
        made["serial"], invoice.serial, invoice.serial,
    )  # fmt: skip
    assert after == before | {"reddened_fen": 1000}
    assert issued_fen(paid) == 1000
    assert sound(now)


def test_several_refunds_make_several_and_all_of_it_takes_back_all_the_tax(
    desk, invoice, paid, now
):
    cancel(paid, now, "p0")
    cancel(paid, now, "p1")

    made = reds(invoice)
    assert [red.total_fen for red in made] == [-1000, -1000]
    assert sum(red.tax_fen for red in made) == -invoice.tax_fen
    assert issued_fen(paid) == 0
    assert sound(now)


def test_what_the_terms_keep_stays_on_the_invoice(desk, invoice, paid, now):
    Line.objects.filter(order=paid).update(starts_at=now + timedelta(hours=2))

    cancel(paid, now, "p0", "p1")

    assert [red.total_fen for red in reds(invoice)] == [-1000]
    assert issued_fen(paid) == 1000
    assert sound(now)


def test_the_same_news_again_makes_no_second_one(desk, invoice, paid, now):
    cancel(paid, now, "p0")

    for _time in range(3):
        operations.redden(order_id=paid.pk, at=now)
    outbox.drain(at=now)

    assert len(reds(invoice)) == 1
    assert len(desk.issued()) == 2


def test_a_refund_while_it_is_being_issued_is_taken_back_once_it_is(desk, issuer, paid, now):
    desk.faults(pending=1)
    waits = ask_for(paid, now)
    cancel(paid, now, "p0")
    before = reds(waits)

    operations.look_at_due(at=waits.next_at)
    outbox.drain(at=waits.next_at)

    assert before == []
    assert [red.total_fen for red in reds(waits)] == [-1000]
    assert issued_fen(paid) == 1000


def test_a_change_to_something_cheaper_takes_back_what_left_the_order(
    desk, invoice, paid, sellers, shop, now
):
    line = paid.lines.get()
    cheaper = f"{shop.bucket(5)}:600"
    quote = orders.quote_change(line=line, ref=cheaper, at=now)
    orders.change(
        line=line, quote=quote, shown_fen=quote.shown_fen, actor="guest:a", request_key="c", at=now
    )
    outbox.drain(at=now)

    assert [red.total_fen for red in reds(invoice)] == [-2000]
    assert issued_fen(paid) == 0
    new = line.changes.get().order
    assert ask_for(new, now).total_fen == 1200
    assert sound(now)


def test_a_red_letter_that_is_refused_is_tried_again_and_the_invoice_is_not_touched(
    desk, invoice, paid, now
):
    desk.faults(awaits_buyer=1)
    cancel(paid, now, "p0")
    [red] = reds(invoice)
    desk.desk.end_form(red.number, "07", "超72小时未确认")
    operations.look_at_due(at=red.next_at)
    red.refresh_from_db()
    stuck = (red.state, red.why)

    operations.retry(invoice_id=red.pk, actor="user:1", at=now)
    outbox.drain(at=now)

    red.refresh_from_db()
    assert stuck == (State.FAILED, "超72小时未确认")
    assert (red.state, red.total_fen, len(desk.issued())) == (State.ISSUED, -1000, 2)


def test_an_order_without_an_invoice_gets_no_red_letter(desk, issuer, paid, now):
    cancel(paid, now, "p0")

    assert not Invoice.objects.exists()
