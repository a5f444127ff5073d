"""What hardly comes back by its terms may go to the list: a refund less a fee, once somebody takes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.messages.models import Message
from bookings.contracts import Terms
from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as counts
from bookings.inventory.models import Return
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason, Refund
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Voucher
from bookings.vouchers.posts import Post
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Handover, HandoverState
from bookings.waitlist.operations import serving, taking
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.conftest import STARTS_AT, ask
from tests.bookings.orders.test_settle import money
from tests.bookings.waitlist.conftest import PRICE, Line, states

pytestmark = pytest.mark.django_db

BACK = PRICE - PRICE // 20


def buy(line: Line, persons: int, bucket: int, *, actor: str = "guest:seller") -> Order:
    """Bought, paid and delivered out of a bucket that has room for it."""
    wish = line.shop.wish(ask(bucket, persons), total_fen=PRICE * persons, actor=actor)
    order = orders.place(wish, at=line.now)
    attempt = Attempt.objects.create(
        order=order, provider="sandbox", token=f"t{order.pk}", provider_ref=f"pay{order.pk}",
        amount_fen=PRICE * persons, captured_fen=PRICE * persons, currency="CNY",
        created_at=line.now, ended_at=line.now, state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=attempt.pk), at=line.now)
    fulfilment.deliver(order_id=order.pk, at=line.now)
    return order


class Sold:
    """A thing that is sold out and gives nothing back by its terms, and who has bought it."""

    def __init__(self, line: Line, *sizes: int) -> None:
        self.line, self.bucket = line, line.shop.bucket(sum(sizes))
        self.orders = [buy(line, n, self.bucket, actor=f"guest:s{n}") for n in sizes]

    def hand_on(self, number: int = 0, part: str = "p0", shown_fen: int = BACK) -> Handover:
        order = self.orders[number]
        return waitlist.hand_on(
            order=order, line_id=order.lines.get().pk, part_key=part, shown_fen=shown_fen,
            actor="guest:seller", at=self.line.now,
        )  # fmt: skip


def standing(*handovers: Handover) -> list[str]:
    for handover in handovers:
        handover.refresh_from_db()
    return [HandoverState(handover.state).value for handover in handovers]


@pytest.fixture
def sold(line, sellers) -> Sold:
    sellers["plain"].terms = Terms()
    return Sold(line, 2)


def all_is_well(line: Line) -> bool:
    rules = [code for code in invariants.codes() if "hand" in code or "line" in code]
    rules += ["nobody-is-passed-over-in-silence", "kept-is-handed-out-or-opened"]
    found = [row for code in rules for row in invariants.check(code, at=line.now)]
    return found == [] and all(ledger.balance(f"buyer:{o.pk}") == 0 for o in _paid())


def _paid() -> list[Order]:
    return list(Order.objects.exclude(paid_at=None))


def test_what_the_list_takes_comes_back_less_the_fee_and_its_code_is_dead(line, sold):
    waiting = line.join(1, sold.bucket)
    handover = sold.hand_on()

    won = line.serve()

    assert (won, states(waiting), standing(handover)) == (1, ["OFFERED"], ["TAKEN"])
    assert handover.entry == waiting
    [refund] = Refund.objects.all()
    assert (refund.amount_fen, refund.reason) == (BACK, Reason.HANDED_ON)
    assert sorted(Voucher.objects.values_list("part_key", "state")) == [
        ("p0", "VOIDED"),
        ("p1", "ACTIVE"),
    ]
    part = sold.orders[0].lines.get()
    assert (part.state, part.cancelled_parts) == (State.CONFIRMED, ["p0"])
    assert ledger.balance(f"revenue:{part.supplier_id}") == -(PRICE - BACK)
    assert counts.counts([sold.bucket]) == {sold.bucket: (2, 2)}
    assert all_is_well(line)


def test_its_buyer_is_told_that_it_is_taken(line, sold):
    line.join(1, sold.bucket)
    sold.hand_on()

    line.serve()
    outbox.drain(at=line.now)
    outbox.drain(at=line.now)

    told = Message.objects.filter(kind="bookings.waitlist.handover-taken")
    assert told.count() == 1


def test_nothing_happens_while_nobody_fits(line, sold):
    line.join(2, sold.bucket)
    handover = sold.hand_on()

    won = line.serve()

    assert (won, standing(handover), Refund.objects.count()) == (0, ["OPEN"], 0)
    assert Voucher.objects.filter(state="ACTIVE").count() == 2
    assert counts.counts([sold.bucket]) == {sold.bucket: (2, 2)}


def test_a_party_gets_what_several_hand_on_in_one_return(line, sellers):
    sellers["plain"].terms = Terms()
    sold = Sold(line, 1, 2)
    two, one = line.join(2, sold.bucket), line.join(1, sold.bucket)
    handovers = [sold.hand_on(0), sold.hand_on(1)]

    line.serve()

    assert (states(two, one), standing(*handovers)) == (["OFFERED", "WAITING"], ["TAKEN"] * 2)
    assert [freed.units for freed in Return.objects.all()] == [{str(sold.bucket): 2}]
    assert all_is_well(line)


def test_no_more_is_taken_than_is_needed_and_the_oldest_first(line, sellers):
    sellers["plain"].terms = Terms()
    sold = Sold(line, 1, 2)
    line.join(1, sold.bucket)
    handovers = [sold.hand_on(1), sold.hand_on(0)]

    line.serve()

    assert standing(*handovers) == ["TAKEN", "OPEN"]


def test_what_is_free_counts_beside_what_is_handed_on(line, sold):
    two = line.join(2, sold.bucket)
    handover = sold.hand_on()
    taken = sold.orders[0].lines.get()
    refunds.cancel(
        order=sold.orders[0], parts={taken.pk: ["p1"]}, shown_fen=0, actor="guest:seller",
        reason="BUYER", at=line.now,
    )  # fmt: skip

    line.serve()

    assert (states(two), standing(handover)) == (["OFFERED"], ["TAKEN"])


def test_nobody_hands_on_to_themselves(line, sold):
    mine = line.join(1, sold.bucket, actor="guest:s2")
    other = line.join(1, sold.bucket)
    handover = sold.hand_on()

    line.serve()
    assert (states(mine), standing(handover)) == (["WAITING"], ["OPEN"])

    waitlist.leave(entry=mine, at=line.now)
    line.serve()
    assert (states(other), standing(handover)) == (["OFFERED"], ["TAKEN"])


def test_not_paid_in_time_it_goes_on_and_the_refund_stays(line, sold):
    first, second = line.join(1, sold.bucket), line.join(1, sold.bucket)
    sold.hand_on()
    line.serve()

    line.later(minutes=21)
    orders.lapse_due(at=line.now)
    line.hear()
    line.serve()

    assert states(first, second) == ["LAPSED", "OFFERED"]
    assert Refund.objects.count() == 1


def test_where_nobody_waits_it_says_so(line, sold):
    with pytest.raises(waitlist.NobodyWaits):
        sold.hand_on()

    assert Handover.objects.count() == 0


def test_what_the_terms_give_back_is_cancelled_instead(line, sellers):
    sold = Sold(line, 2)
    line.join(1, sold.bucket)

    with pytest.raises(waitlist.CancelInstead):
        sold.hand_on()

    assert Handover.objects.count() == 0


def test_late_in_the_ladder_it_may_be_handed_on_for_more(line, sellers):
    sold = Sold(line, 2)
    line.join(1, sold.bucket)
    line.now = STARTS_AT - timedelta(hours=2)

    assert sold.hand_on().refund_fen == BACK


def test_another_sum_than_was_shown_is_refused(line, sold):
    line.join(1, sold.bucket)

    with pytest.raises(waitlist.HandoverMoved):
        sold.hand_on(shown_fen=PRICE)

    assert Handover.objects.count() == 0


def test_the_terms_say_what_it_costs(line, sellers):
    sellers["plain"].terms = Terms(handover_permille=200)
    sold = Sold(line, 1)
    line.join(1, sold.bucket)

    assert sold.hand_on(shown_fen=800).fee_fen == 200


def test_offered_twice_it_is_offered_once(line, sold):
    line.join(1, sold.bucket)

    assert sold.hand_on() == sold.hand_on()


def test_what_has_begun_or_is_used_cannot_be_handed_on(line, sold):
    line.join(1, sold.bucket)
    part = sold.orders[0].lines.get()
    with transaction.atomic():
        orders.mark_used([(part.pk, "p1")])

    with pytest.raises(waitlist.NotHandable):
        sold.hand_on(part="p1")
    line.now = STARTS_AT
    with pytest.raises(waitlist.NotHandable):
        sold.hand_on()
    with pytest.raises(waitlist.NotHandable):
        sold.hand_on(part="p9")

    assert Handover.objects.count() == 0


def test_withdrawn_it_stays_and_may_be_offered_again(line, sold):
    line.join(1, sold.bucket)
    handover = sold.hand_on()

    waitlist.withdraw(handover=handover, actor="guest:seller", at=line.now)
    line.serve()

    assert (standing(handover), Refund.objects.count()) == (["WITHDRAWN"], 0)
    assert sold.hand_on().is_open


def test_taken_it_cannot_be_withdrawn(line, sold):
    line.join(1, sold.bucket)
    handover = sold.hand_on()
    line.serve()

    with pytest.raises(waitlist.NotOffered):
        waitlist.withdraw(handover=handover, actor="guest:seller", at=line.now)

    assert standing(handover) == ["TAKEN"]


def test_when_its_time_has_come_it_stayed_theirs_and_they_are_told(line, sold):
    line.join(2, sold.bucket)
    handover = sold.hand_on()
    waitlist.end_handovers(at=line.now)
    assert standing(handover) == ["OPEN"]

    line.now = STARTS_AT
    assert waitlist.end_handovers(at=line.now) == 1
    outbox.drain(at=line.now)

    assert standing(handover) == ["OVER"]
    assert Message.objects.filter(kind="bookings.waitlist.handover-over").count() == 1
    assert Voucher.objects.filter(state="ACTIVE").count() == 2


def test_cancelled_by_its_buyer_it_is_over_and_nothing_is_taken(line, sold):
    line.join(2, sold.bucket)
    handover = sold.hand_on()
    part = sold.orders[0].lines.get()
    refunds.cancel(
        order=sold.orders[0], parts={part.pk: ["p0"]}, shown_fen=0, actor="guest:seller",
        reason="BUYER", at=line.now,
    )  # fmt: skip

    line.serve()
    waitlist.end_handovers(at=line.now)

    assert (standing(handover), Refund.objects.count()) == (["OVER"], 0)
    assert Message.objects.filter(kind="bookings.waitlist.handover-over").count() == 0


def test_what_is_handed_on_waits_while_a_person_looks_at_the_money(line, sold):
    line.join(1, sold.bucket)
    handover = sold.hand_on()
    Order.objects.update(flag="DISPUTED")

    line.serve()

    assert (standing(handover), Refund.objects.count()) == (["OPEN"], 0)


class _Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (serving, "take"),
        (taking, "claim"),
        (taking, "_give_up"),
        (taking.inventory, "gather"),
        (serving, "_hand_out_all"),
        (serving, "carry_out"),
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_after_a_crash_the_same_are_served_and_paid_back(
    line, sellers, monkeypatch, owner, name, after
):
    sellers["plain"].terms = Terms()
    sold = Sold(line, 1, 2)
    three, two, one = (line.join(n, sold.bucket) for n in (3, 2, 1))
    handovers = [sold.hand_on(0), sold.hand_on(1)]
    work = getattr(owner, name)

    def die(*words, **named):
        if after:
            work(*words, **named)
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        with pytest.raises(_Killed):
            line.serve("first")
    line.later(minutes=2)
    line.serve("second")

    assert states(three, two, one) == ["WAITING", "OFFERED", "WAITING"]
    assert standing(*handovers) == ["TAKEN", "TAKEN"]
    assert sorted(Refund.objects.values_list("amount_fen", flat=True)) == [BACK, BACK]
    assert all_is_well(line)


def test_a_part_has_one_handover_that_counts(line, sold):
    line.join(1, sold.bucket)
    handover = sold.hand_on()
    handover.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        handover.save(force_insert=True)


def test_its_code_opens_nothing_after_it_was_taken(line, sold):
    line.join(1, sold.bucket)
    sold.hand_on()
    line.serve()

    voucher = Voucher.objects.select_related("line", "carrier").get(part_key="p0")
    own = voucher.carrier
    other = Pass.objects.create(
        order=own.order, region_id=own.region_id, traveller_id=99,
        first_day=own.first_day, last_day=own.last_day,
    )  # fmt: skip
    Voucher.objects.filter(part_key="p1").update(carrier=other)
    post = Post(
        zone=voucher.zone, title={"en": "North gate"}, organisation_id=voucher.line.supplier_id,
        region_id=voucher.region_id,
    )  # fmt: skip

    with pytest.raises(vouchers.Voided):
        vouchers.redeem(
            text=voucher.carrier.short_code, post=post, actor="user:1", request_key="scan",
            at=voucher.valid_from,
        )  # fmt: skip
