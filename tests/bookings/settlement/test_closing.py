"""A closed month: its report repeats byte for byte, accounts add up, what comes later is the next one's."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from bookings.ledger import operations as ledger
from bookings.ledger import queries as books
from bookings.settlement import operations as settlement
from bookings.settlement.closing_report import BooksOff
from bookings.settlement.models import Expired, MonthClose
from bookings.settlement.operations import TermsOfKind
from bookings.settlement.operations.expiring import GRACE
from bookings.settlement.operations.statements import SETTLING, month_end
from kernel import clock, invariants
from tests.bookings.settlement.conftest import agree, use
from tests.bookings.settlement.paying import confirmed, with_account
from tests.bookings.vouchers.conftest import INSIDE, sell
from tests.cast import assemble, enter
from tests.contracts.settled import earned
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def month(region) -> date:
    return region.local_date(INSIDE).replace(day=1)


@pytest.fixture
def over(region, month):
    return month_end(region, month) + SETTLING


def following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def close(region, month, at) -> settlement.Closed:
    done = settlement.close_month(region=region, month=month, actor="user:1", at=at)
    assert invariants.check("closed-month-stays", at=at) == []
    return done


def accounts(text: str) -> dict[str, tuple[int, int, int, int]]:
    """Opening, debits, credits and closing of each account."""
    names = ("opening_fen", "debits_fen", "credits_fen", "closing_fen")
    return {
        row["account"]: tuple(row[name] for name in names) for row in json.loads(text)["accounts"]
    }


def test_it_has_every_account_and_what_the_month_came_to(
    shop, sellers, supplier, region, at, month, over
):
    agree(supplier, at, TermsOfKind(permille=100), expired=Expired.PLATFORM)
    line = sell(shop, at, persons=3).lines.get()
    use(line, 1)
    settlement.take_up()
    settlement.expire_due(at=line.ends_at + GRACE)
    later = sell(shop, at, persons=2).lines.get()

    report = json.loads(close(region, month, over).text)

    kept = accounts(close(region, month, over).text)
    assert kept[f"supplier:{supplier.pk}"] == (0, 3000, 5000, -2000)
    assert kept[f"revenue:{supplier.pk}"] == (0, 100, 1000, -900)
    assert kept[f"breakage:{supplier.pk}"] == (0, 0, 2000, -2000)
    assert kept == {name: sums for name, sums in kept.items() if sums[3] == books.balance(name)}
    [of_supplier] = report["suppliers"]
    assert {name: fen for name, fen in of_supplier.items() if name.endswith("_fen") and fen} == {
        "used_fen": 1000, "commission_booked_fen": -100, "breakage_of_platform_fen": 2000,
        "sold_not_used_fen": later.price_fen, "owed_fen": 900, "commission_in_all_fen": 100,
    }  # fmt: skip
    [sums] = report["totals"].values()
    assert (sums["opening_fen"], sums["closing_fen"]) == (0, 0)
    assert sums["debits_fen"] == sums["credits_fen"]


def test_again_it_is_the_same_though_more_is_booked_for_that_month(supplier, region, month, over):
    earned(supplier, 700, at=INSIDE)
    first = close(region, month, over)
    earned(supplier, 50, at=INSIDE)
    earned(supplier, 3, at=over)

    again = close(region, month, over + timedelta(days=300))

    assert (first.is_repeat, again.is_repeat, again.is_same) == (False, True, True)
    assert again.text == first.text
    assert MonthClose.objects.count() == 1
    assert accounts(first.text)[f"revenue:{supplier.pk}"] == (0, 0, 700, -700)


def test_what_came_late_is_the_next_months_and_nothing_is_lost(supplier, region, month, over):
    earned(supplier, 700, at=INSIDE)
    earned(supplier, 3, at=over)
    close(region, month, over)
    earned(supplier, 50, at=INSIDE)
    then = month_end(region, following(month)) + SETTLING

    second = close(region, following(month), then)

    account = f"revenue:{supplier.pk}"
    assert accounts(second.text)[account] == (-700, 0, 53, books.balance(account))
    assert json.loads(second.text)["entries"] == 2
    assert not json.loads(second.text)["is_first"]


def test_what_was_before_the_first_is_its_opening(supplier, region, month, over):
    earned(supplier, 700, at=INSIDE)
    then = month_end(region, following(month)) + SETTLING
    earned(supplier, 50, at=over)

    first = close(region, following(month), then)

    assert accounts(first.text)[f"revenue:{supplier.pk}"] == (-700, 0, 50, -750)


def test_a_payout_is_told_apart_from_what_was_earned(supplier, region, month, at, over):
    with_account(supplier, at)
    earned(supplier, 700, at=INSIDE)
    paid = settlement.pay_out(
        statement_id=confirmed(supplier, region, month).pk, actor="user:901", at=over
    )
    settlement.came_back(payout_id=paid.pk, why="closed", actor="user:901", at=over)
    then = month_end(region, following(month)) + SETTLING

    [row] = json.loads(close(region, following(month), then).text)["suppliers"]

    assert (row["paid_out_fen"], row["owed_fen"], row["adjustments_fen"]) == (0, 700, 0)


def test_another_region_has_its_own_books(supplier, region, month, over):
    earned(supplier, 700, at=INSIDE)
    elsewhere = RegionFactory()

    report = json.loads(close(elsewhere, month, over + timedelta(days=1)).text)

    assert (report["accounts"], report["entries"]) == ([], 0)


def test_not_before_it_has_settled_and_none_is_left_out(supplier, region, month, over):
    earned(supplier, 700, at=INSIDE)
    with pytest.raises(settlement.MonthRuns):
        close(region, month, over - timedelta(seconds=1))
    assert not MonthClose.objects.exists()

    close(region, month, over)
    with pytest.raises(settlement.NotNext):
        close(region, following(following(month)), over + timedelta(days=90))
    with pytest.raises(settlement.NotNext):
        close(region, date(2020, 1, 1), over)
    assert MonthClose.objects.count() == 1


def test_a_change_below_the_application_is_found(supplier, region, month, over):
    earned(supplier, 700, at=INSIDE)
    close(region, month, over)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE bookings_ledger_posting SET amount_fen = 2 * amount_fen")
        cursor.execute("SET LOCAL session_replication_role = origin")

    again = settlement.close_month(region=region, month=month, actor="user:1", at=over)

    assert not again.is_same
    assert len(invariants.check("closed-month-stays", at=over)) == 1


def test_what_was_closed_stays(supplier, region, month, over):
    close(region, month, over)
    for sql in (
        "UPDATE bookings_settlement_monthclose SET last_entry_id = 5",
        "DELETE FROM bookings_settlement_monthclose",
    ):
        with (
            pytest.raises(DatabaseError, match="stays"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def command(*words: str) -> str:
    said = StringIO()
    call_command("close_month", *words, stdout=said)
    return said.getvalue()


def test_the_command_writes_the_same_file_again(
    supplier, region, month, over, tmp_path, monkeypatch
):
    monkeypatch.setattr(clock, "now", lambda: over)
    earned(supplier, 700, at=INSIDE)
    words = ("--region", region.slug, "--month", f"{month:%Y-%m}", "--json")

    first = command(*words, str(tmp_path / "1.json"))
    earned(supplier, 1, at=INSIDE)
    second = command(*words, str(tmp_path / "2.json"))

    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()
    assert "The report is the same." in second
    assert "same" not in first
    with pytest.raises(CommandError) as end:
        command("--region", region.slug, "--month", f"{following(month):%Y-%m}")
    assert end.value.returncode == 2
    with pytest.raises(CommandError, match="no region"):
        command("--region", "nowhere", "--month", f"{month:%Y-%m}")


def test_books_that_do_not_sum_to_zero_are_not_closed(supplier, region, month, over):
    untouched = transaction.savepoint()
    legs = [("deposit:1", 5), (f"revenue:{supplier.pk}", -5)]
    ledger.post(
        key="odd",
        subject="test",
        memo="deposit kept",
        postings=legs,
        region_id=region.pk,
        at=INSIDE,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE bookings_ledger_posting SET amount_fen = 6 WHERE amount_fen = 5")
        cursor.execute("SET LOCAL session_replication_role = origin")

    with pytest.raises(BooksOff):
        close(region, month, over)
    assert not MonthClose.objects.exists()
    transaction.savepoint_rollback(untouched)


def test_the_desk_closes_a_month_and_takes_its_report(region, month, supplier, over, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: over)
    cast = assemble(region)
    earned(supplier, 700, at=INSIDE)
    add = reverse("admin:bookings_settlement_monthclose_add")
    wish = {"region": region.pk, "month": f"{month:%Y-%m}"}
    assert enter(cast.li_wei).post(add, wish).status_code == 403
    desk = enter(cast.he_ping)
    assert desk.post(add, {**wish, "month": "2026-13"}).status_code == 200
    assert desk.post(add, {**wish, "month": f"{following(month):%Y-%m}"}).status_code == 200
    assert not MonthClose.objects.exists()

    assert desk.post(add, wish).status_code == 302
    assert "comes out the same" in desk.post(add, wish, follow=True).content.decode()

    made = MonthClose.objects.get()
    report = desk.get(reverse("admin:bookings_settlement_monthclose_report", args=[made.pk]))
    assert hashlib.sha256(report.content).hexdigest() == made.sha256
