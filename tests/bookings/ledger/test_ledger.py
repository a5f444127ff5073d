"""The books: every entry sums to zero, is written once, and never changes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bookings.ledger import operations as ledger
from bookings.ledger import queries
from bookings.ledger.models import Entry, Posting
from kernel.audit.models import Entry as AuditEntry
from tests import cast
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


def write(key: str, *postings: tuple[str, int], at) -> bool:
    return ledger.post(
        key=key, subject="order:1", memo="test", postings=postings, region_id=1, at=at
    )


def test_an_entry_moves_money_between_accounts(at):
    write("a", ("provider:x", 500), ("buyer:1", -500), at=at)

    assert queries.balance("provider:x") == 500
    assert queries.balance("buyer:1") == -500
    assert queries.balance("buyer:2") == 0


def test_an_entry_is_written_once_for_its_key(at):
    assert write("a", ("provider:x", 500), ("buyer:1", -500), at=at)
    assert not write("a", ("provider:x", 500), ("buyer:1", -500), at=at)

    assert Entry.objects.count() == 1
    assert Posting.objects.count() == 2


def test_legs_that_do_not_sum_to_zero_are_refused(at):
    with pytest.raises(ValueError, match="sum to 1 fen"):
        write("a", ("provider:x", 500), ("buyer:1", -499), at=at)

    assert not Entry.objects.exists()


def entry(key: str, *postings: tuple[str, int], at) -> ledger.NewEntry:
    return ledger.NewEntry(key, "order:1", "test", postings, 1, at)


def test_many_are_written_together_each_once(at):
    write("old", ("provider:x", 1), ("buyer:1", -1), at=at)
    made = [entry(f"k{n}", ("provider:x", n), ("buyer:1", -n), at=at) for n in range(1, 4)]
    again = entry("k1", ("provider:x", 50), ("buyer:1", -50), at=at)
    old = entry("old", ("provider:x", 7), ("buyer:1", -7), at=at)
    still = entry("still", ("provider:x", 0), at=at)

    assert ledger.post_many([*made, again, old, still]) == 3
    assert ledger.post_many([*made, again, old, still]) == 0
    assert (queries.balance("provider:x"), Entry.objects.count()) == (1 + 1 + 2 + 3, 4)
    assert not ledger.post_many([])


def test_of_many_none_is_written_when_one_does_not_sum_to_zero(at):
    with pytest.raises(ValueError, match="bad sum to 1 fen"):
        ledger.post_many([
            entry("good", ("a", 1), ("b", -1), at=at), entry("bad", ("a", 2), ("b", -1), at=at),
        ])  # fmt: skip
    assert not Entry.objects.exists()


def test_legs_keep_their_order(at):
    write("a", ("c", 3), ("b", -2), ("a", -1), at=at)
    assert list(Posting.objects.order_by("pk").values_list("account", flat=True)) == ["c", "b", "a"]


def test_the_database_refuses_an_entry_that_does_not_sum_to_zero(at):
    entry = Entry.objects.create(key="a", subject="x", memo="x", region_id=1, at=at)

    with pytest.raises(DatabaseError, match="does not sum to zero"), transaction.atomic():
        write_half(entry)

    assert not Posting.objects.exists()


def write_half(entry: Entry) -> None:
    Posting.objects.create(entry=entry, account="provider:x", amount_fen=1)
    check_now()


def check_now() -> None:
    """What a commit does: fire the deferred trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_every_currency_sums_to_zero_by_itself(at):
    entry = Entry.objects.create(key="a", subject="x", memo="x", region_id=1, at=at)

    with pytest.raises(DatabaseError, match="does not sum to zero"), transaction.atomic():
        write_in_two_currencies(entry)

    assert not Posting.objects.exists()


def write_in_two_currencies(entry: Entry) -> None:
    Posting.objects.create(entry=entry, account="provider:x", amount_fen=1)
    Posting.objects.create(entry=entry, account="buyer:1", amount_fen=-1, currency="USD")
    check_now()


def test_within_a_transaction_the_legs_may_come_one_by_one(at):
    entry = Entry.objects.create(key="a", subject="x", memo="x", region_id=1, at=at)

    Posting.objects.create(entry=entry, account="provider:x", amount_fen=1)
    Posting.objects.create(entry=entry, account="buyer:1", amount_fen=-1)
    check_now()

    assert queries.balance("provider:x") == 1


def test_a_leg_added_to_an_old_entry_is_refused(at):
    write("a", ("provider:x", 500), ("buyer:1", -500), at=at)
    check_now()

    with pytest.raises(DatabaseError, match="does not sum to zero"), transaction.atomic():
        write_half(Entry.objects.get())

    assert Posting.objects.count() == 2


def test_a_leg_of_nothing_is_left_out_and_an_entry_of_nothing_is_not_written(at):
    assert write("a", ("provider:x", 500), ("revenue:1", 0), ("buyer:1", -500), at=at)
    assert not write("b", ("provider:x", 0), ("buyer:1", 0), at=at)
    assert not write("c", at=at)

    assert Entry.objects.get().key == "a"
    assert Posting.objects.count() == 2


def test_the_database_refuses_a_leg_of_nothing(at):
    entry = Entry.objects.create(key="a", subject="x", memo="x", region_id=1, at=at)

    with pytest.raises(IntegrityError, match="not_zero"), transaction.atomic():
        Posting.objects.create(entry=entry, account="buyer:1", amount_fen=0)


def test_the_first_entry_of_a_key_stands_whatever_comes_later(at):
    write("a", ("provider:x", 500), ("buyer:1", -500), at=at)

    assert not write("a", ("provider:x", 900), ("buyer:1", -900), at=at)

    assert queries.balance("provider:x") == 500


def test_an_entry_leaves_with_its_transaction(at):
    with transaction.atomic():
        write("a", ("provider:x", 500), ("buyer:1", -500), at=at)
        transaction.set_rollback(True)

    assert not Entry.objects.exists()
    assert write("a", ("provider:x", 500), ("buyer:1", -500), at=at)


def test_the_story_of_a_subject_is_read_in_order_with_two_statements(at, django_assert_num_queries):
    for key in ("b", "a", "c"):
        write(key, ("provider:x", 500), ("buyer:1", -500), at=at)
    ledger.post(
        key="other", subject="order:2", memo="m", postings=[("a", 1), ("b", -1)], region_id=1, at=at
    )

    with django_assert_num_queries(2):
        story = [
            (entry.key, [leg.amount_fen for leg in entry.postings.all()])
            for entry in queries.entries_of("order:1")
        ]

    assert [key for key, _legs in story] == ["b", "a", "c"]
    assert {tuple(sorted(legs)) for _key, legs in story} == {(-500, 500)}


@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["bookings_ledger_entry", "bookings_ledger_posting"])
def test_rows_cannot_be_changed(at, verb, table):
    write("a", ("provider:x", 500), ("buyer:1", -500), at=at)
    check_now()

    with (
        pytest.raises(DatabaseError, match="the ledger is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table))

    assert queries.balance("provider:x") == 500


def test_the_platforms_desk_reads_an_entry_with_its_legs(at):
    write("a", ("provider:x", 500), ("buyer:1", -500), at=at)
    browser = cast.enter(cast.assemble(RegionFactory()).he_ping)

    page = browser.get(f"/en/ops/bookings_ledger/entry/{Entry.objects.get().pk}/change/")

    assert page.status_code == 200
    assert "payment service x" in page.content.decode()
    assert "−¥5" in page.content.decode()


def test_a_wrong_entry_is_taken_back_once_by_one_of_its_own(at):
    write("a", ("provider:x", 500), ("buyer:1", -500), at=at)
    wrong = Entry.objects.get()
    for why in ("", "   "):
        with pytest.raises(ledger.NoReason):
            ledger.reverse(entry_id=wrong.pk, why=why, actor="user:1", at=at)
    assert Entry.objects.count() == 1

    ledger.reverse(entry_id=wrong.pk, why="booked twice", actor="user:1", at=at)
    with pytest.raises(ledger.ReversedBefore):
        ledger.reverse(entry_id=wrong.pk, why="again", actor="user:2", at=at)

    assert (queries.balance("provider:x"), queries.balance("buyer:1")) == (0, 0)
    made = Entry.objects.get(key=f"reversal:{wrong.pk}")
    assert (made.subject, made.memo) == ("order:1", "reversal: booked twice")
    assert [(e.actor, e.facts) for e in AuditEntry.objects.filter(action="ledger.reverse")] == [
        ("user:1", {"why": "booked twice"})
    ]


class TestTheCorrectionPage:
    @pytest.fixture
    def entry(self, at) -> Entry:
        write("a", ("provider:x", 500), ("buyer:1", -500), at=at)
        return Entry.objects.get()

    @pytest.fixture
    def people(self) -> cast.Cast:
        return cast.assemble(RegionFactory())

    def test_the_platform_takes_an_entry_back(self, entry, people):
        browser = cast.enter(people.he_ping)
        page = f"/en/ops/bookings_ledger/entry/{entry.pk}/reverse/"
        assert "payment service x" in browser.get(page).content.decode()
        assert "Please write down why" in browser.post(page, {"why": " "}).content.decode()
        assert Entry.objects.count() == 1
        done = browser.post(page, {"why": "wrong sum"}, follow=True).content.decode()
        assert "Taken back" in done
        assert queries.balance("provider:x") == 0

    def test_a_supplier_does_not(self, entry, people):
        page = f"/en/ops/bookings_ledger/entry/{entry.pk}/reverse/"
        assert cast.enter(people.li_wei).post(page, {"why": "x"}).status_code in (403, 404)
        assert Entry.objects.count() == 1

    def test_an_entry_that_was_taken_back_leads_to_the_one_that_did_it(self, entry, people, at):
        ledger.reverse(entry_id=entry.pk, why="wrong sum", actor="user:1", at=at)
        undone = Entry.objects.get(key=f"reversal:{entry.pk}")
        browser = cast.enter(people.he_ping)

        page = browser.get(f"/en/ops/bookings_ledger/entry/{entry.pk}/change/").content.decode()

        assert f"/en/ops/bookings_ledger/entry/{undone.pk}/change/" in page
        assert "/reverse/" not in page

    def test_an_account_is_found_with_all_that_moved_it(self, entry, people, at):
        write("b", ("provider:y", 5), ("buyer:2", -5), at=at)
        browser = cast.enter(people.he_ping)

        for asked, keys in (("provider:x", ["a"]), ("buyer:2", ["b"]), ("provider:", [])):
            found = browser.get("/en/ops/bookings_ledger/entry/", {"q": asked})
            assert [row.key for row in found.context["cl"].queryset] == keys

    def test_what_moved_is_said_in_words(self, people, at):
        ledger.post(
            key="c", subject="order:1", memo="money received", region_id=1, at=at,
            postings=[("provider:x", 1), ("supplier:1", -1)],
        )  # fmt: skip
        browser = cast.enter(people.he_ping)
        page = f"/zh-hans/ops/bookings_ledger/entry/{Entry.objects.get().pk}/change/"

        shown = browser.get(page).content.decode()

        assert "money received" not in shown
        assert "供应商 1" in shown
