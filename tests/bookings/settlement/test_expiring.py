"""What was paid and never used: whose it is by the contract, once; taken back where it was used after all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from bookings.contracts import Step, Terms
from bookings.ledger import queries as books
from bookings.orders.models import State
from bookings.refunds import operations as refunds
from bookings.settlement import operations as settlement
from bookings.settlement.models import Earning, Expired, ExpiredPart, Kind
from bookings.settlement.operations import TermsOfKind, expiring
from bookings.settlement.operations.expiring import GRACE
from kernel import invariants
from tests.bookings.conftest import AT
from tests.bookings.settlement.conftest import agree, give_back, use
from tests.bookings.vouchers.conftest import INSIDE, sell

pytestmark = pytest.mark.django_db

RULES = (
    "expired-by-contract", "supplier-is-owed", "earnings-equal-ledger", "commission-by-contract",
    "entry-sums-to-zero", "buyer-is-owed-nothing-in-the-end",
)  # fmt: skip


@pytest.fixture
def after(line):
    """Nobody tells anything late any more."""
    return line.ends_at + GRACE + timedelta(minutes=1)


def sound(at) -> bool:
    assert {code: rows for code in RULES if (rows := invariants.check(code, at=at))} == {}
    return True


def told(kind: Kind) -> int:
    return sum(Earning.objects.filter(kind=kind).values_list("fen", flat=True))


def balances(supplier) -> tuple[int, int, int, int]:
    """Of the supplier's claim, its own, the commission and what expired for the platform."""
    return tuple(
        -books.balance(f"{kind}:{supplier.pk}")
        for kind in ("supplier", "revenue", "commission", "breakage")
    )


def test_what_was_not_used_is_the_suppliers_less_its_commission(line, supplier, after):
    use(line, 1)

    assert settlement.expire_due(at=after) == 1
    settlement.take_up()

    assert balances(supplier) == (0, 3000 - 450, 450, 0)
    assert (told(Kind.USED), told(Kind.EXPIRED), told(Kind.COMMISSION)) == (1000, 2000, -450)
    assert (settlement.expire_due(at=after), settlement.take_up()) == (0, 0)
    line.refresh_from_db()
    assert line.state == State.CONFIRMED
    assert sound(after)


def test_by_another_contract_it_is_the_platforms_and_on_no_statement(
    shop, sellers, supplier, region, at
):
    agree(supplier, at, TermsOfKind(permille=100), expired=Expired.PLATFORM)
    line = sell(shop, at, persons=2).lines.get()
    use(line, 1)
    agree(supplier, at + timedelta(minutes=1), TermsOfKind(permille=100))
    after = line.ends_at + GRACE

    settlement.expire_due(at=after)
    settlement.take_up()

    assert balances(supplier) == (0, 900, 100, 1000)
    assert told(Kind.EXPIRED) == 0
    assert sound(after)


def test_what_is_over_is_found_by_an_index(db):
    """Every hour, among all lines that were ever sold."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {expiring._OVER}", [AT - expiring.LOOK_BACK, AT, AT])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "bookings_orders_line_unused" in plan


def test_not_before_everything_late_was_told(line, supplier):
    assert settlement.expire_due(at=line.ends_at + GRACE - timedelta(seconds=1)) == 0
    assert balances(supplier)[0] == 3000
    assert not ExpiredPart.objects.exists()


def test_not_while_the_terms_give_something_back(shop, sellers, supplier, at):
    sellers["plain"].terms = Terms(steps=(Step(-10 * 86_400, 100),), words={})
    line = sell(shop, at).lines.get()

    assert settlement.expire_due(at=line.ends_at + timedelta(days=9)) == 0
    assert balances(supplier)[0] == 1000

    assert settlement.expire_due(at=line.ends_at + timedelta(days=11)) == 1


def test_what_was_used_or_cancelled_is_not_expired(line, supplier, after):
    give_back(line, "p2", at=line.starts_at - timedelta(hours=2))
    use(line, 2)

    assert settlement.expire_due(at=after) == 0
    assert sound(after)


def test_a_late_scan_takes_the_expiry_of_its_part_back(line, supplier, after):
    settlement.expire_due(at=after)
    settlement.take_up()
    use(line, 1, at=INSIDE)
    assert sound(after)

    assert (settlement.take_back_expired(at=after), settlement.take_back_expired(at=after)) == (
        1,
        0,
    )
    settlement.take_up()

    assert balances(supplier) == (0, 3000 - 450, 450, 0)
    assert (told(Kind.USED), told(Kind.EXPIRED)) == (1000, 2000)
    assert settlement.expire_due(at=after) == 0
    assert sound(after)


def test_what_a_person_gives_back_later_is_no_longer_expired(line, supplier, after, settings):
    settlement.expire_due(at=after)
    settlement.take_up()

    refunds.by_staff(
        order=line.order, parts={line.pk: ["p0"]}, shown_fen=0, refund_fen=1000, words="ill",
        actor="user:7", at=after,
    )  # fmt: skip
    assert sound(after)
    settlement.take_back_expired(at=after)
    settlement.take_up()

    assert balances(supplier) == (0, 2000 - 300, 300, 0)
    assert told(Kind.EXPIRED) == 2000
    assert sound(after)
