"""Invoices: two tabs that ask at once, money that goes back while one is being issued, two red letters."""

from __future__ import annotations

import sys

import pytest
from django.db import connection

from bookings.invoices import operations
from bookings.invoices.models import Invoice, State
from bookings.refunds import operations as refunds
from kernel.outbox import operations as outbox
from tests.bookings.invoices.conftest import (  # noqa: F401
    COMPANY,
    WANG,
    ask_for,
    desk,
    issued_fen,
    issuer,
    reds,
)
from tests.races.conftest import (
    KEPT_OUT_S,
    NOT_KEPT_OUT_S,
    drop_constraint,
    interrupt,
    meet,
    run_together,
    unlock,
)

asking = sys.modules["bookings.invoices.operations.asking"]
beginning = sys.modules["bookings.invoices.operations.beginning"]
reddening = sys.modules["bookings.invoices.operations.reddening"]


def ask_in_two_tabs(order, now) -> list[object]:
    supplier_id = order.lines.get().supplier_id
    results = run_together(
        *[
            lambda title=title: operations.ask(
                order=order, supplier_id=supplier_id, title=title, actor="guest:a", at=now
            )
            for title in (COMPANY, WANG)
        ]
    )
    outbox.drain(at=now)
    return results


def test_two_tabs_that_ask_at_once_get_one_invoice(desk, issuer, paid, now, monkeypatch):  # noqa: F811
    meet(monkeypatch, asking, "new_number", of=2)

    ask_in_two_tabs(paid, now)

    assert Invoice.objects.count() == 1
    assert (len(desk.issued()), issued_fen(paid)) == (1, 2000)


def test_twin_without_the_constraint_there_are_two(desk, issuer, paid, now, monkeypatch):  # noqa: F811
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX bookings_invoices_invoice_once")
    meet(
        monkeypatch, asking.audit, "record", of=2
    )  # each has read its own row, neither is committed

    ask_in_two_tabs(paid, now)
    for invoice in Invoice.objects.filter(state=State.ASKED):
        operations.begin(invoice_id=invoice.pk, at=now)
    outbox.drain(at=now)

    assert len(desk.issued()) == 2
    assert issued_fen(paid) == 4000 > paid.received_fen


def cancel(order, now):
    return lambda: refunds.cancel(
        order=order, parts={order.lines.get().pk: ["p0"]}, shown_fen=1000, actor="guest:a",
        reason="BUYER", at=now,
    )  # fmt: skip


def cancel_while_it_is_begun(order, now, patch, within_s: float) -> list[object]:
    """The rows are laid out; before they are written, a part is cancelled, and the news of it goes round."""

    def give_back() -> None:
        cancel(order, now)()
        outbox.drain(at=now)

    run = interrupt(patch, beginning, "_fill", give_back, within_s=within_s)
    results = run(lambda: ask_for(order, now))
    outbox.drain(at=now)
    return results


def test_what_is_cancelled_while_it_is_begun_is_taken_back(desk, issuer, paid, now, monkeypatch):  # noqa: F811
    cancel_while_it_is_begun(paid, now, monkeypatch, KEPT_OUT_S)

    assert issued_fen(paid) == 1000
    assert [red.total_fen for red in reds(Invoice.objects.get(red_of=None))] == [-1000]


def redden_twice(order, now, patch, within_s: float) -> None:
    """Two workers hear of the same refund at once."""
    meet(patch, reddening.figures, "take_back", of=2, within_s=within_s, after=True)
    run_together(*[lambda: operations.redden(order_id=order.pk, at=now) for _worker in range(2)])
    outbox.drain(at=now)


def test_two_who_hear_of_one_refund_write_one_red_letter(desk, issuer, paid, now, monkeypatch):  # noqa: F811
    ask_for(paid, now)
    cancel(paid, now)()

    redden_twice(paid, now, monkeypatch, KEPT_OUT_S)

    assert [red.total_fen for red in reds(Invoice.objects.get(red_of=None))] == [-1000]
    assert issued_fen(paid) == 1000


def test_twin_without_the_lock_there_are_two(desk, issuer, paid, now, monkeypatch):  # noqa: F811
    ask_for(paid, now)
    cancel(paid, now)()
    unlock(monkeypatch)

    redden_twice(paid, now, monkeypatch, NOT_KEPT_OUT_S)

    assert [red.total_fen for red in reds(Invoice.objects.get(red_of=None))] == [-1000, -1000]
    assert issued_fen(paid) == 0


def both_parts(order, now) -> None:
    refunds.cancel(
        order=order, parts={order.lines.get().pk: ["p0", "p1"]}, shown_fen=2000, actor="guest:a",
        reason="BUYER", at=now,
    )  # fmt: skip


def test_without_the_lock_the_guarded_statement_takes_no_more_than_the_invoice(
    desk, issuer, paid, now, monkeypatch  # noqa: F811
):  # fmt: skip
    ask_for(paid, now)
    both_parts(paid, now)
    unlock(monkeypatch)
    blue = Invoice.objects.get(red_of=None)

    meet(monkeypatch, reddening.figures, "take_back", of=2, after=True)
    run_together(*[lambda: operations.redden(order_id=paid.pk, at=now) for _worker in range(2)])

    assert [red.total_fen for red in reds(blue)] == [-2000]


def test_twin_without_the_check_and_the_guard_more_is_taken_back(
    desk, issuer, paid, now, monkeypatch  # noqa: F811
):  # fmt: skip
    ask_for(paid, now)
    both_parts(paid, now)
    unlock(monkeypatch)
    blue = Invoice.objects.get(red_of=None)
    drop_constraint("bookings_invoices_invoice", "bookings_invoices_invoice_red_within_blue")
    monkeypatch.setattr(
        reddening, "stands_with", lambda blue, _fen: Invoice.objects.filter(pk=blue.pk)
    )

    meet(monkeypatch, reddening.figures, "take_back", of=2, after=True)
    run_together(*[lambda: operations.redden(order_id=paid.pk, at=now) for _worker in range(2)])

    assert [red.total_fen for red in reds(blue)] == [-2000, -2000]


@pytest.mark.parametrize("workers", [4])
def test_many_workers_that_send_one_invoice_get_one(desk, issuer, paid, now, workers):  # noqa: F811
    desk.faults(drop_reply=1)
    waits = ask_for(paid, now)
    Invoice.objects.update(sent_at=None)

    run_together(
        *[lambda: operations.pursue(invoice_id=waits.pk, at=now) for _worker in range(workers)]
    )
    outbox.drain(at=now)

    assert len(desk.issued()) == 1
    assert issued_fen(paid) == 2000
