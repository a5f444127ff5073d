"""Commission: by the contract that was valid when it was bought, on what is earned, to the fen."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection

from bookings.ledger import operations as ledger
from bookings.ledger import queries as books
from bookings.ledger.models import Entry
from bookings.settlement import operations as settlement
from bookings.settlement.models import Earning, Kind, LineRate
from bookings.settlement.operations import TermsOfKind, earning
from bookings.settlement.operations.earning import COMMISSION
from tests.bookings.settlement.conftest import agree, give_back, sound, use
from tests.bookings.vouchers.conftest import INSIDE, sell

pytestmark = pytest.mark.django_db


def kept(supplier) -> int:
    """By the books, in fen."""
    return -books.balance(f"commission:{supplier.pk}")


def owed(supplier) -> int:
    return -books.balance(f"revenue:{supplier.pk}")


def test_commission_is_kept_of_what_is_used(line, supplier):
    use(line, 1)

    assert settlement.take_up() == 1
    assert (kept(supplier), owed(supplier)) == (150, 850)
    assert sound(INSIDE)


def test_nothing_is_kept_before_use(line, supplier):
    assert settlement.take_up() == 0
    assert (kept(supplier), owed(supplier)) == (0, 0)
    assert not LineRate.objects.exists()


def test_twice_is_once(line, supplier):
    use(line, 2)
    settlement.take_up()
    entries = Entry.objects.count()

    assert [settlement.take_up(), settlement.take_up(all_of_them=False)] == [0, 0]
    assert (kept(supplier), owed(supplier), Entry.objects.count()) == (300, 1700, entries)


def test_each_posting_is_told_with_its_line_and_why(line, supplier):
    use(line, 1)
    settlement.take_up()

    told = Earning.objects.order_by("pk").values_list("kind", "fen", "line_id", "organisation_id")

    assert list(told) == [
        (Kind.USED, 1000, line.pk, supplier.pk), (Kind.COMMISSION, -150, line.pk, supplier.pk),
    ]  # fmt: skip


def test_an_order_keeps_the_rate_of_the_day_it_was_bought(shop, line, supplier, at):
    agree(supplier, at + timedelta(hours=1), TermsOfKind(permille=500))
    later = sell(shop, at + timedelta(hours=2)).lines.get()
    use(line, 1)
    use(later, 1)

    settlement.take_up()

    rates = dict(LineRate.objects.values_list("line_id", "permille"))
    assert rates == {line.pk: 100, later.pk: 500}
    assert kept(supplier) == 150 + 500
    assert sound(INSIDE)


def test_what_was_bought_before_there_was_a_contract_is_all_the_suppliers(shop, supplier, at):
    early = sell(shop, at).lines.get()
    agree(supplier, at + timedelta(hours=1), TermsOfKind(permille=500))
    use(early, 1)

    settlement.take_up()

    assert (kept(supplier), owed(supplier)) == (0, 1000)
    assert sound(INSIDE)


def test_a_kind_of_its_own_has_the_rate_of_its_own(shop, supplier, at):
    agree(
        supplier, at, TermsOfKind(permille=10), TermsOfKind("plain", 200), TermsOfKind("other", 900)
    )
    line = sell(shop, at).lines.get()
    use(line, 1)

    settlement.take_up()

    assert kept(supplier) == 200


def test_commission_is_kept_of_what_the_terms_keep_and_comes_to_the_same_in_every_order(
    line, supplier
):
    """One person goes in, another gives half back, in steps."""
    two_hours_before = line.starts_at - timedelta(hours=2)
    give_back(line, "p2", at=two_hours_before)
    settlement.take_up()
    assert (kept(supplier), owed(supplier)) == (50 + 25, 500 - 75)

    use(line, 1)
    settlement.take_up()

    assert (kept(supplier), owed(supplier)) == (150 + 75, 1500 - 225)
    assert sound(INSIDE)


def take_back(line, supplier, fen: int) -> None:
    """A person takes what was earned back: the entry of a cancelled part."""
    ledger.post(
        key=f"cancel:test:{fen}:line:{line.pk}", subject=line.order.subject, memo="cancelled",
        postings=[(f"revenue:{supplier.pk}", fen), (f"buyer:{line.order_id}", -fen)],
        region_id=line.region_id, at=INSIDE,
    )  # fmt: skip


def test_what_is_refunded_brings_its_commission_back(line, supplier):
    use(line, 3)
    settlement.take_up()
    assert kept(supplier) == 450

    for fen, left in ((1, 450), (999, 300), (2000, 0)):
        take_back(line, supplier, fen)
        settlement.take_up()
        assert kept(supplier) == left

    assert owed(supplier) == 0
    assert Earning.objects.filter(kind=Kind.REFUNDED).count() == 3


def test_who_takes_a_use_back_in_the_books_brings_its_commission_back(line, supplier):
    use(line, 1)
    settlement.take_up()
    entry = Entry.objects.get(memo="used by the holder")

    ledger.reverse(entry_id=entry.pk, why="scanned by mistake", actor="user:1", at=INSIDE)
    settlement.take_up()

    assert (kept(supplier), owed(supplier)) == (0, 0)


def test_who_takes_a_commission_back_in_the_books_leaves_it_to_the_supplier(line, supplier):
    use(line, 1)
    settlement.take_up()
    entry = Entry.objects.get(memo="commission")

    ledger.reverse(entry_id=entry.pk, why="agreed by phone", actor="user:1", at=INSIDE)
    use(line, 1)
    settlement.take_up()

    assert (kept(supplier), owed(supplier)) == (150, 1850)
    assert sound(INSIDE)


def commission(earned: int, *, permille: int, fixed: int, price: int) -> int:
    """What the database works out."""
    with connection.cursor() as cursor:
        rate = "(SELECT %s::bigint AS e, %s AS permille, %s::bigint AS fixed_fen, %s::bigint AS price_fen)"
        sql = f"SELECT {COMMISSION.format(earned='e')} FROM {rate} AS rate"  # noqa: S608 - a constant
        cursor.execute(sql, [earned, permille, fixed, price])
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("earned", "permille", "fixed", "price", "fen"),
    [
        (0, 100, 50, 1000, 0), (-5, 100, 50, 1000, 0), (1000, 100, 0, 1000, 100),
        (1000, 0, 50, 1000, 50), (500, 0, 50, 1000, 25), (2000, 100, 50, 1000, 250),
        (15, 100, 0, 1000, 2), (14, 100, 0, 1000, 1), (100, 0, 500, 100, 100),
        (700, 1000, 500, 1000, 700), (5, 100, 9, 0, 1),
    ],
)  # fmt: skip
def test_of_the_sum_as_it_stands(earned, permille, fixed, price, fen):
    assert commission(earned, permille=permille, fixed=fixed, price=price) == fen


def test_the_order_in_which_parts_are_used_does_not_matter():
    """Each step books the difference: they add up to the whole, whatever came first."""
    for parts in permutations((333, 333, 334, -334, 1)):
        steps, earned, before = 0, 0, 0
        for part in parts:
            earned += part
            now = commission(earned, permille=77, fixed=31, price=1000)
            steps, before = steps + now - before, now
        assert steps == commission(667, permille=77, fixed=31, price=1000)


def test_in_batches_it_comes_to_the_same(shop, line, supplier, at, monkeypatch):
    monkeypatch.setattr(earning, "BATCH", 1)
    other = sell(shop, at).lines.get()
    use(line, 2)
    use(other, 1)

    assert settlement.take_up() == 3

    assert (kept(supplier), owed(supplier)) == (450, 2550)
    assert Earning.objects.count() == 6
    assert settlement.take_up() == 0
    assert sound(INSIDE)
