"""Earned, taken back, owed, expired, told: what somebody has is what the books say, at every step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.messages.models import Message
from bookings import registry
from bookings.ledger import operations as books
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.points import operations as points
from bookings.points import queries as points_of
from bookings.points.models import Batch, Scheme
from kernel import invariants
from tests.bookings.conftest import AT, STARTS_AT, Shop
from tests.bookings.points.conftest import BUYER, broken, buy, give, publish, standing
from tests.bookings.samples import Sample
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class TestSchemes:
    def test_a_new_version_begins_after_the_last_one(self, region, scheme):
        with pytest.raises(points.BeginsTooEarly):
            publish(region)

        assert Scheme.objects.count() == 1

    def test_and_not_before_now(self, region):
        with pytest.raises(points.BeginsTooEarly):
            points.publish(
                region_id=region.pk, terms=points.Terms(), valid_from=AT - DAY, actor="user:99",
                at=AT,
            )  # fmt: skip

        assert not Scheme.objects.exists()

    def test_what_held_is_never_changed(self, scheme):
        with pytest.raises(IntegrityError), transaction.atomic():
            Scheme.objects.update(earned=9)

        scheme.refresh_from_db()
        assert scheme.earned == 1

    def test_the_version_of_the_moment_holds(self, region, scheme):
        publish(region, at=AT + DAY, earned=5)

        found = [points_of.scheme_at(region.pk, AT + n * DAY) for n in (-1, 0, 1)]

        assert [each and each.earned for each in found] == [None, 1, 5]

    def test_points_are_good_until_the_end_of_the_next_year_there(self, scheme):
        """The last second of 2026 in Shanghai is still 2026, though it is not in UTC's year end."""
        late = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)

        assert scheme.expires_at(late) == datetime(2027, 12, 31, 16, 0, tzinfo=UTC)
        assert scheme.expires_at(late + timedelta(minutes=1)) == datetime(
            2028, 12, 31, 16, 0, tzinfo=UTC
        )


class TestEarning:
    def test_the_same_again_changes_nothing(self, region, account):
        give(region, 1000)

        assert standing(account) == (1000, 0)
        assert points_of.history(account).count() == 1

    def test_what_was_spent_and_is_taken_back_is_owed_and_filled_first(
        self, shop, sellers, at, region, account
    ):
        buy(shop, shop.bucket(1), at, total_fen=9000)

        give(region, 400)
        assert standing(account) == (0, 600)
        give(region, 250, order_id=900_002)
        assert standing(account) == (0, 350)
        give(region, 500, order_id=900_003)
        assert standing(account) == (150, 0)
        assert invariants.check_all(at=at) == []

    def test_what_comes_back_fills_what_is_owed(self, shop, sellers, at, region, account):
        order = buy(shop, shop.bucket(1), at, total_fen=9000)
        give(region, 400)

        orders.abandon(order=order, at=at)

        assert standing(account) == (400, 0)
        assert invariants.check_all(at=at) == []

    def test_who_owes_can_pay_nothing_with_points(self, shop, sellers, at, region, account):
        buy(shop, shop.bucket(1), at, total_fen=9000)
        give(region, 400)

        buy(shop, shop.bucket(1), at, total_fen=10_000)

        assert standing(account) == (0, 600)


class TestExpiring:
    @pytest.fixture
    def holder(self, region, scheme):
        """Three hundred of one year and five hundred of the next."""
        holder = UserFactory().actor
        give(region, 300, holder=holder)
        return give(region, 500, holder=holder, order_id=900_002, at=AT + 365 * DAY)

    def test_what_is_gone_soonest_is_spent_first(self, shop, sellers, at, holder):
        buy(shop, shop.bucket(1), at, price_fen=400, total_fen=200, actor=holder.holder)

        left = points_of.left_by_day([holder])[holder.pk]

        assert [(each.points, each.expires_at.year) for each in left] == [(100, 2027), (500, 2028)]

    def test_on_its_day_the_rest_of_it_goes_once(self, shop, sellers, at, holder):
        buy(shop, shop.bucket(1), at, price_fen=400, total_fen=200, actor=holder.holder)
        after = datetime(2028, 1, 1, tzinfo=UTC)

        assert [points.expire(at=after), points.expire(at=after + DAY)] == [100, 0]

        assert standing(holder) == (500, 0)
        assert broken(after) == []

    def test_many_cost_as_many_statements_as_one_and_who_has_none_is_not_locked(
        self, region, holder
    ):
        for n in range(3):
            other = UserFactory().actor
            give(region, 300, holder=other, order_id=900_010 + n, at=AT + 365 * DAY)

        one, four, none = (
            statements_of_expiring(datetime(year, 1, day, tzinfo=UTC))
            for year, day in ((2028, 1), (2029, 1), (2029, 2))
        )

        assert len(one) == len(four)
        assert not any("FOR NO KEY UPDATE" in each["sql"] for each in none)
        assert standing(holder) == (0, 0)

    def test_what_comes_back_after_its_day_goes_then(self, shop, sellers, at, holder):
        order = buy(shop, shop.bucket(1), at, price_fen=400, total_fen=200, actor=holder.holder)
        after = datetime(2028, 1, 1, tzinfo=UTC)
        points.expire(at=after)
        orders.abandon(order=order, at=after)

        assert points.expire(at=after + DAY) == 200

        assert standing(holder) == (500, 0)

    def test_it_is_told_before_once(self, holder):
        early, soon = datetime(2027, 11, 20, tzinfo=UTC), datetime(2027, 12, 10, tzinfo=UTC)

        told = [points.tell_expiring(at=each) for each in (early, soon, soon + DAY)]

        assert told == [0, 1, 0]
        message = Message.objects.get(kind="bookings.points.expiring")
        assert message.user_id == holder.user_id
        assert list(Batch.objects.order_by("pk").values_list("told_at", flat=True)) == [soon, None]


def statements_of_expiring(at):
    with CaptureQueriesContext(connection) as seen:
        points.expire(at=at)
    return seen.captured_queries


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("earn", "spend", "back", "expire")),
        st.integers(1, 4),
        st.integers(0, 900),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_whatever_happens_what_somebody_has_is_what_the_books_say(steps):
    region = RegionFactory()
    registry.register(Sample("plain", region.pk, OrganisationFactory(region=region).pk, STARTS_AT))
    try:
        publish(region)
        account = give(region, 100, order_id=region.pk * 1000, holder=f"user:{region.pk}")
        at = _each_step(Shop(region), account, steps)
        assert left_sum(account) == standing(account)[0]
        assert broken(at) == []
    finally:
        registry.unregister("plain")


def _each_step(shop, account, steps):
    """Every step moves time on; who owes has nothing."""
    placed, at, holder = [], AT, account.holder
    for what, which, count in steps:
        at += timedelta(seconds=1)
        if what == "earn":
            give(
                shop.region,
                count,
                holder=holder,
                order_id=shop.region.pk * 1000 + which,
                at=AT + which * 200 * DAY,
            )
        elif what == "spend":
            left, owed = standing(account)
            total_fen = 2 * count - min(max(0, left - owed), count)
            placed.append(
                buy(
                    shop, shop.bucket(1), at, price_fen=2 * count, total_fen=total_fen, actor=holder
                )
            )
        elif what == "back" and placed:
            orders.abandon(order=placed.pop(), at=at)
        elif what == "expire":
            points.expire(at=AT + which * 200 * DAY)
        left, owed = standing(account)
        assert not (left and owed)
    return at


def left_sum(account) -> int:
    return sum(each.points for each in points_of.left_by_day([account])[account.pk])


def test_two_people_of_one_round_each_have_their_own(region, scheme):
    both = [points.Earned(n, f"user:{n}", region.pk, 10 * n, scheme.expires_at(AT)) for n in (1, 2)]

    assert points.earn(both, at=AT) == 2

    found = points_of.standings({(f"user:{n}", region.pk) for n in (1, 2)}, at=AT)
    assert {who: each.points for (who, _region), each in found.items()} == {BUYER: 10, "user:2": 20}


def test_an_entry_of_points_is_not_taken_back_by_hand(region, account):
    entry = ledger.entries_of(account.subject).get()

    with pytest.raises(books.CountedElsewhere):
        books.reverse(entry_id=entry.pk, why="wrong", actor="user:99", at=AT)

    assert standing(account) == (1000, 0)
