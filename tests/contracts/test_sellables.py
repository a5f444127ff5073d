"""Every seller keeps what bookings.contracts.Sellable says, whatever it sells."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings import registry
from bookings.contracts import Answer, Ask, Done, How, Offer, Pending, Refused, When
from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as inventory
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Line, Order
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from kernel import invariants
from kernel.errors import Refusal
from kernel.outbox.models import Event
from tests.bookings.orders.test_settle import money
from tests.contracts.stalls import (
    AT,
    DAY,
    ROOM,
    STALLS,
    THINGS,
    Stall,
    ask,
    buy,
    somebody,
    wish_for,
)
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import person

pytestmark = pytest.mark.django_db

MANY = range(THINGS)


@pytest.fixture(params=sorted(STALLS))
def stall(request: pytest.FixtureRequest, db: None) -> Iterator[Stall]:
    """Something to sell of each kind; a seller of the tests is registered for its own time."""
    is_sample = request.param not in {seller.kind for seller in registry.list_all()}
    made = STALLS[request.param]()
    if is_sample:
        registry.register(made.seller)
    yield made
    if is_sample:
        registry.unregister(request.param)


@contextmanager
def read_only() -> Iterator[None]:
    """Any write in here is refused by PostgreSQL."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)


def statements(call: Callable[[], object]) -> int:
    """How many statements a call costs."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def offers(stall: Stall, *asks: Ask, at: datetime = AT) -> list[Answer]:
    return list(stall.seller.offer(asks=asks, at=at))


def the_offer(stall: Stall, wish: Ask, at: datetime = AT) -> Offer:
    [[offer]] = offers(stall, wish, at=at)
    return offer


def keys(line: Line) -> list[str]:
    return [part.key for part in line.frozen_parts]


def give_up(stall: Stall, *lines: Line) -> None:
    """The seller's rows of these lines go, as when a hold lapses."""
    stall.seller.withdraw(lines=[(line, keys(line)) for line in lines], at=AT)


def yes(stall: Stall) -> None:
    """Where a supplier is asked, it agrees."""
    if hasattr(stall.seller, "answer"):
        stall.seller.answer = True


def deliver(stall: Stall, order: Order) -> None:
    """The order is paid, the supplier says yes."""
    yes(stall)
    if order.due_now_fen:
        attempt = Attempt.objects.create(
            order=order, provider="sandbox", token=f"t{order.pk}", amount_fen=order.due_now_fen,
            captured_fen=order.due_now_fen, currency=order.currency, created_at=AT, ended_at=AT,
            state=AttemptState.SUCCEEDED,
        )  # fmt: skip
        orders.settle(facts=money(order, attempt_id=attempt.pk), at=AT)
    else:
        orders.settle_free(order_id=order.pk, at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)


def counts() -> dict[str, object]:
    """Everything that a refused order must leave as it was."""
    taken = dict(Bucket.objects.filter(taken__gt=0).values_list("pk", "taken"))
    rows = [model.objects.count() for model in (Order, Line, Hold, Event)]
    return {"taken": taken, "rows": rows}


def test_every_registered_seller_has_a_stall():
    assert {seller.kind for seller in registry.list_all()} <= set(STALLS)


# --- browse ---


def browse(stall: Stall, **changes: Any) -> list[Any]:
    span = {"region_id": stall.region.pk, "supplier_id": None, "first": DAY, "last": DAY}
    return list(stall.seller.browse(**{**span, **changes}))


def test_the_catalogue_lists_what_can_be_asked_for(stall):
    with read_only():
        rows = browse(stall)

    assert [row.ref for row in rows] == list(stall.refs)
    for row in rows:
        offer = the_offer(stall, Ask(row.kind, row.ref, (person(1),)))
        assert (row.kind, row.supplier_id) == (stall.seller.kind, stall.supplier_id)
        assert (row.starts_at, row.ends_at) == (offer.starts_at, offer.ends_at)
        assert (row.from_fen, row.left) == (offer.price_fen, ROOM)


def test_the_catalogue_counts_what_is_left(stall):
    buy(stall, ask(stall, 2, person(1), person(2)))

    assert [row.left for row in browse(stall)] == [ROOM, ROOM, ROOM - 2, ROOM, ROOM, ROOM]


def test_the_catalogue_is_of_one_region_one_supplier_and_some_days(stall):
    assert browse(stall, region_id=RegionFactory().pk) == []
    assert browse(stall, supplier_id=stall.supplier_id + 1) == []
    assert len(browse(stall, supplier_id=stall.supplier_id)) == THINGS
    assert browse(stall, first=DAY + timedelta(days=1), last=DAY + timedelta(days=3)) == []
    assert browse(stall, first=DAY - timedelta(days=3), last=DAY - timedelta(days=1)) == []


def test_what_is_taken_off_sale_is_neither_listed_nor_offered(stall):
    stall.close()

    assert browse(stall) == []
    assert [type(answer) for answer in offers(stall, ask(stall, 0))] != [tuple]


# --- offer ---


def test_offers_come_in_the_order_of_the_asks_and_a_refusal_touches_no_other(stall):
    bad = Ask(stall.seller.kind, stall.nonsense[0], (person(1),))

    answers = offers(stall, ask(stall, 3), bad, ask(stall, 1), bad)

    assert [isinstance(answer, Refusal) for answer in answers] == [False, True, False, True]
    assert [answers[n][0].ref for n in (0, 2)] == [stall.refs[3], stall.refs[1]]


def test_text_that_names_nothing_is_refused_without_an_exception(stall):
    asks = [Ask(stall.seller.kind, ref, (person(1),)) for ref in stall.nonsense]

    assert all(isinstance(answer, Refusal) for answer in offers(stall, *asks))


def test_offering_writes_nothing_and_says_the_same_again(stall):
    with read_only():
        first, again = offers(stall, ask(stall, 0)), offers(stall, ask(stall, 0))

    assert first == again


def test_offering_costs_the_same_for_one_ask_and_for_many(stall):
    one = statements(lambda: offers(stall, ask(stall, 0)))

    assert statements(lambda: offers(stall, *(ask(stall, n) for n in MANY))) == one


def test_an_offer_is_whole(stall):
    wish = ask(stall, 0, person(1), person(2))

    offer = the_offer(stall, wish)

    assert (offer.kind, offer.ref) == (stall.seller.kind, wish.ref)
    assert (offer.region_id, offer.supplier_id) == (stall.region.pk, stall.supplier_id)
    assert offer.starts_at.tzinfo is not None
    assert AT < offer.starts_at < offer.ends_at
    assert {"zh-hans", "en"} <= offer.title.keys()
    assert all({"zh-hans", "en"} <= part.title.keys() for part in offer.parts)
    assert {"zh-hans", "en"} <= offer.terms.words.keys()


def test_everybody_has_a_part_of_their_own_with_its_units(stall):
    offer = the_offer(stall, ask(stall, 0, *(person(n) for n in (7, 8, 9))))

    assert [part.traveller_id for part in offer.parts] == [7, 8, 9]
    assert len({part.key for part in offer.parts}) == 3
    assert all(part.price_fen >= 0 for part in offer.parts)
    assert {demand.units for demand in offer.all_demands()} == {3}
    wanted = {demand.bucket_id for demand in offer.all_demands()}
    assert set(inventory.left(wanted)) == wanted


def test_nobody_is_sold_nothing(stall):
    [answer] = offers(stall, Ask(stall.seller.kind, stall.refs[0]))

    assert isinstance(answer, Refusal)


def test_the_price_is_the_sellers_whatever_the_client_says(stall):
    lies = {"price_fen": "1", "total": "1", "fare": "0", "price": "-1"}

    assert not [f.name for f in dataclasses.fields(Ask) if "price" in f.name or "fen" in f.name]
    assert the_offer(stall, ask(stall, 0, options=lies)) == the_offer(stall, ask(stall, 0))


def test_what_is_due_is_within_the_price(stall):
    offer = the_offer(stall, ask(stall, 0, person(1), person(2)))

    known = [due.amount_fen for due in offer.dues if due.amount_fen is not None]
    assert offer.dues
    assert all(amount > 0 for amount in known)
    assert all(due.when is When.AFTER_USE for due in offer.dues if due.amount_fen is None)
    assert sum(known) == offer.price_fen or len(known) < len(offer.dues)
    assert all(due.how is How.CHARGE for due in offer.dues)
    assert 0 <= offer.due_now_fen <= offer.price_fen


def test_what_has_begun_is_not_offered(stall):
    offered = the_offer(stall, ask(stall, 0))
    # A ticket for a time, not for a departure, is sold while its time lasts.
    last = offered.ends_at if stall.seller.kind == "direct" else offered.starts_at

    before, after = (
        offers(stall, ask(stall, 0), at=at)[0] for at in (last - timedelta(seconds=1), last)
    )

    assert isinstance(before, tuple)
    assert isinstance(after, Refusal)


# --- claim ---


def test_claims_come_in_the_order_of_the_lines_and_a_refusal_touches_no_other(stall):
    lines = buy(stall, *(ask(stall, n) for n in range(3)))
    give_up(stall, *lines)
    stall.take_away(lines[1].ref, somebody(1))

    answers = stall.seller.claim(claims=[line.claim for line in lines], at=AT)

    assert [isinstance(answer, Refusal) for answer in answers] == [False, True, False]
    assert [stall.held(line) for line in lines] == [1, 0, 1]


def test_claiming_again_what_a_line_holds_already_holds_it_once(stall):
    [line] = buy(stall, ask(stall, 0, person(1), person(2)))

    assert list(stall.seller.claim(claims=[line.claim], at=AT)) == [None]
    assert stall.held(line) == 2


def test_claiming_costs_the_same_for_one_line_and_for_many(stall):
    lines = buy(stall, *(ask(stall, n) for n in MANY))
    give_up(stall, *lines)
    one = statements(lambda: stall.seller.claim(claims=[line.claim for line in lines[:1]], at=AT))

    assert (
        statements(lambda: stall.seller.claim(claims=[line.claim for line in lines[1:]], at=AT))
        == one
        <= 1
    )
    assert [stall.held(line) for line in lines] == [1] * THINGS


def test_an_order_that_cannot_be_claimed_leaves_nothing_behind(stall, monkeypatch):
    wish = wish_for(stall, ask(stall, 0, person(1), person(2)), ask(stall, 1))
    told = stall.seller.offer(asks=wish.asks, at=AT)
    stall.take_away(stall.refs[1], somebody(1))
    before = counts()

    # The offer was made before it was taken away.
    monkeypatch.setattr(stall.seller, "offer", lambda *, asks, at: told)
    [outcome] = orders.place_many([wish], at=AT)

    assert isinstance(outcome, Refusal)
    assert counts() == before


# --- fulfil ---


@pytest.fixture
def lines(stall) -> list[Line]:
    """Two sold things, for two and for three persons."""
    return buy(stall, ask(stall, 0, person(1), person(2)), ask(stall, 1, *map(person, (3, 4, 5))))


def test_delivering_answers_line_by_line_and_the_same_again(stall, lines):
    undecided = stall.seller.fulfil(lines=lines, at=AT)
    yes(stall)
    first, again = (stall.seller.fulfil(lines=lines, at=AT) for _time in range(2))

    assert all(isinstance(outcome, Done | Pending | Refused) for outcome in undecided)
    assert list(first) == list(again)
    assert [len(done.entitlements) for done in first] == [2, 3]


def test_a_right_is_one_persons_at_one_place_in_a_window(stall, lines):
    yes(stall)

    for line, done in zip(lines, stall.seller.fulfil(lines=lines, at=AT), strict=True):
        holders = {part.key: part.traveller_id for part in line.frozen_parts}
        for right in done.entitlements:
            assert right.zone.partition(":")[2]
            assert right.valid_from < right.valid_until
            assert right.entries >= 1
            assert right.traveller_id == holders[right.part_key]
            assert "index-" not in repr(right.show)


def test_a_cancelled_part_gets_no_right(stall, lines):
    yes(stall)
    lines[0].cancelled_parts = keys(lines[0])[:1]

    [done, _other] = stall.seller.fulfil(lines=lines, at=AT)

    assert [right.part_key for right in done.entitlements] == keys(lines[0])[1:]


def test_delivering_costs_the_same_for_one_line_and_for_many(stall):
    sold = buy(stall, *(ask(stall, n) for n in MANY))
    one = statements(lambda: stall.seller.fulfil(lines=sold[:1], at=AT))

    assert statements(lambda: stall.seller.fulfil(lines=sold, at=AT)) == one


# --- amend ---


def test_a_line_moves_to_another_thing_whole(stall, lines):
    new = the_offer(stall, ask(stall, 2, person(1), person(2)))

    assert list(stall.seller.amend(old=lines[:1], new=[new], at=AT)) == [None]

    assert [stall.held(line) for line in lines] == [2, 3]


def test_what_cannot_be_moved_stays_whole_and_the_others_move(stall, lines):
    new = [
        the_offer(stall, ask(stall, 2, person(1), person(2))),
        the_offer(stall, ask(stall, 3, *map(person, (3, 4, 5)))),
    ]
    stall.take_away(stall.refs[2], person(2))

    answers = stall.seller.amend(old=lines, new=new, at=AT)

    assert [isinstance(answer, Refusal) for answer in answers] == [True, False]
    assert [stall.held(line) for line in lines] == [2, 3]
    assert list(stall.seller.claim(claims=[line.claim for line in lines[:1]], at=AT)) == [None]


# --- withdraw ---


def test_withdrawing_undoes_a_claim_part_by_part_and_twice_is_once(stall, lines):
    for parts, left in (([], 3), (keys(lines[1])[:1], 2), (keys(lines[1])[1:], 0)):
        for _time in range(2):
            stall.seller.withdraw(lines=[(lines[1], parts)], at=AT)
        lines[1].cancelled_parts = [*lines[1].cancelled_parts, *parts]
        assert stall.held(lines[1]) == left

    assert stall.held(lines[0]) == 2


def test_what_was_withdrawn_can_be_sold_to_the_same_persons_again(stall, lines):
    orders.abandon(order=lines[0].order, at=AT)

    [again] = buy(stall, ask(stall, 0, person(1), person(2)), actor="guest:b")

    assert [stall.held(line) for line in (*lines, again)] == [0, 0, 2]


def test_withdrawing_costs_the_same_for_one_line_and_for_many(stall):
    sold = buy(stall, *(ask(stall, n) for n in MANY))
    one = statements(lambda: give_up(stall, sold[0]))

    assert statements(lambda: give_up(stall, *sold[1:])) == one


# --- refundable ---


def back(stall: Stall, line: Line, parts: list[str], at: datetime = AT) -> int:
    return stall.seller.refundable(line=line, part_keys=parts, at=at)


def test_what_comes_back_adds_up_part_by_part_and_is_only_read(stall, lines):
    with read_only():
        whole = back(stall, lines[1], keys(lines[1]))
        each = [back(stall, lines[1], [key]) for key in keys(lines[1])]

    assert whole == sum(each) == lines[1].price_fen
    assert back(stall, lines[1], []) == 0


def test_what_comes_back_only_shrinks_and_follows_the_terms_at_purchase(stall, lines):
    line, parts = lines[0], keys(lines[0])
    moments = [line.starts_at + timedelta(minutes=30 * n) for n in range(-200, 10)]
    before = [back(stall, line, parts, at) for at in moments]

    stall.change_terms()

    line.refresh_from_db()
    assert [back(stall, line, parts, at) for at in moments] == before
    assert before == sorted(before, reverse=True)
    assert (before[0], before[-1]) == (line.price_fen, 0)


# --- the whole way, through the core ---


def test_a_lapsed_hold_frees_everything(stall, lines):
    orders.lapse_due(at=AT + orders.HOLD_FOR)

    assert [stall.held(line) for line in lines] == [0, 0]
    assert not Bucket.objects.filter(taken__gt=0).exists()
    assert invariants.check_all(at=AT) == []


def test_a_cancelled_part_frees_its_units_and_its_claim_only(stall, lines):
    order = lines[0].order
    demands = {d.bucket_id for line in lines for part in line.frozen_parts for d in part.demands}
    room = inventory.left(demands)
    deliver(stall, order)
    first = lines[0].frozen_parts[0]
    parts = {lines[0].pk: [first.key]}
    quoted = refunds.quote(order=order, parts=parts, at=AT)

    refunds.cancel(
        order=order,
        parts=parts,
        shown_fen=quoted.refund_fen,
        actor="guest:a",
        reason="BUYER",
        at=AT,
    )

    assert [stall.held(line) for line in lines] == [1, 3]
    freed = {demand.bucket_id: demand.units for demand in first.demands}
    assert inventory.left(demands) == {key: room[key] + freed.get(key, 0) for key in demands}
    assert invariants.check_all(at=AT) == []
