"""Payment services that are late, silent, forgetful or say everything a hundred times (F40, F43-F52)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from pytest_django.plugin import DjangoDbBlocker

from bench.load import quantile
from bookings.inventory.models import Bucket
from bookings.ledger.models import Posting
from bookings.orders.models import Order, State
from bookings.payments.models import Attempt, AttemptState, ProviderEvent
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel import clock
from tests.faults import figures
from tests.faults.client import Client, send
from tests.faults.conftest import repeats
from tests.faults.services import NAMES, NOWHERE, Bought, Service, fill, services, together
from tests.faults.world import ALL, Stage, World, open_world


@pytest.fixture(scope="module")
def mall(stage: Stage, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One site for the whole file, with the stand-ins of the three services beside it."""
    with (
        django_db_blocker.unblock(),
        open_world(stage, processes=(*ALL, "fakes")) as site,
    ):
        assert figures.wait_for(lambda: send(f"{site.site.fakes}/healthz").status == 200)
        yield site


@pytest.fixture
def stripe(mall: World) -> Iterator[Service]:
    yield (found := Service(mall, "stripe"))
    found.desk.control(webhook=f"{mall.site.url}/hooks/stripe/")


def is_paid(bought: Bought) -> bool:
    return set(bought.order.lines.values_list("state", flat=True)) == {State.CONFIRMED}


def seconds_until(question, *, within_s: float = 60) -> float:
    began = time.monotonic()
    assert figures.wait_for(question, within_s=within_s)
    return time.monotonic() - began


def quoted(bought: Bought) -> tuple[list[str], int]:
    """All parts of the first line, and what comes back for them now."""
    line = bought.order.lines.earliest("position")
    keys = [part.key for part in line.open_parts]
    shown = refunds.quote(order=bought.order, parts={line.pk: keys}, at=clock.now()).refund_fen
    assert shown > 0
    return [f"{line.pk}:{key}" for key in keys], shown


def refunded(bought: Bought) -> bool:
    return Refund.objects.filter(order__token=bought.token, state=RefundState.DONE).exists()


@pytest.mark.core
def test_a_hundred_copies_of_one_notice_at_once_are_one(mall, stripe, report):
    stripe.desk.control(webhook=NOWHERE)
    bought = stripe.buy(mall.things(1, in_days=1))
    raw = stripe.last_event()

    answers = together(100, lambda _n: stripe.send_event(raw))

    row = report("F40", "one notice a hundred times at once")
    row.recovery_s = seconds_until(lambda: is_paid(bought))
    fill(row, mall, n_ops=100, acked=sum(answer.status == 200 for answer in answers))
    row.p99_during = quantile(sorted(answer.ms for answer in answers), 0.99)
    row.duplicated = ProviderEvent.objects.filter(attempt=bought.attempt).count() - 1
    row.assert_whole()
    assert {answer.status for answer in answers} == {200}
    assert figures.settle() == []


@pytest.mark.core
def test_an_old_notice_is_refused_and_one_that_is_told_again_changes_nothing(mall, stripe, report):
    stripe.desk.control(webhook=NOWHERE)
    bought = stripe.buy(mall.things(1, in_days=1))
    raw = stripe.last_event()
    old = stripe.send_event(raw, age_s=3 * 86_400)
    assert (old.status, ProviderEvent.objects.filter(attempt=bought.attempt).count()) == (400, 0)
    stripe.send_event(raw)
    seconds_until(lambda: is_paid(bought))
    before = Attempt.objects.values().get(pk=bought.attempt.pk), Posting.objects.count()
    events = ProviderEvent.objects.filter(attempt=bought.attempt).count()

    again = [stripe.send_event(raw, age_s=age).status for age in (0, 3 * 86_400, 0)]
    assert figures.settle() == []

    row = report("F43", "a notice of three days ago; the same one signed again")
    fill(row, mall, n_ops=5, acked=3)
    row.duplicated = ProviderEvent.objects.filter(attempt=bought.attempt).count() - events
    row.assert_whole()
    assert again == [200, 400, 200]
    assert (Attempt.objects.values().get(pk=bought.attempt.pk), Posting.objects.count()) == before


@pytest.mark.core
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", ["drop_reply", "error_after_success"])
def test_a_service_that_does_it_and_does_not_say_so(mall, report, name, fault):
    service = Service(mall, name)
    bought = service.order(mall.things(2, in_days=1))
    paid_before = service.payments()
    service.desk.control(**{fault: 1 if name != "alipay" else 0})
    first = service.start(bought)
    if first.status != 302 or not bought.page:
        assert figures.wait_for(lambda: service.start(bought).status == 302, within_s=60)
    service.press(bought)
    charged_s = seconds_until(lambda: is_paid(bought))

    parts, shown = quoted(bought)
    service.desk.control(**{fault: 1})
    bought.client.cancel(bought.token, parts, shown)
    returned_s = seconds_until(lambda: refunded(bought))

    row = report("F44", f"{name}: {fault.replace('_', ' ')} of a payment, then of its refund")
    fill(row, mall, n_ops=2, acked=2)
    row.recovery_s = max(charged_s, returned_s)
    row.duplicated = (service.payments() - paid_before - 1) + (service.refunds(bought) - 1)
    row.assert_whole()
    assert figures.settle() == []


def lapse(bought: Bought) -> None:
    """The quarter of an hour is over: the clock of these rows, not ours, is moved."""
    Order.objects.filter(token=bought.token).update(due_at=clock.now() - timedelta(seconds=1))
    seconds_until(lambda: bought.order.lines.get().state == State.LAPSED)


@pytest.mark.core
def test_a_service_that_is_silent_for_half_an_hour(mall, stripe, report):
    """Half an hour by its effects: the hold of a quarter of an hour ends while it is silent."""
    [thing] = mall.things(1, in_days=2)
    early = stripe.order([thing])
    assert stripe.start(early).status == 302
    late = stripe.order([thing])
    taken = Bucket.objects.get(pk=thing.bucket_ids[0]).taken
    stripe.desk.control(delay=60_000)

    waits = [stripe.start(late).ms / 1000 for _try in range(6)]
    held = late.order.lines.get().state
    for bought in (early, late):
        lapse(bought)
    free = Bucket.objects.get(pk=thing.bucket_ids[0]).taken
    stripe.desk.control()
    back = time.monotonic()
    stripe.press(early)  # its page was open all the time
    recovery_s = seconds_until(lambda: is_paid(early))
    fresh = stripe.order([thing])
    assert figures.wait_for(lambda: stripe.start(fresh).status == 302, within_s=90, every_s=1)
    opened_s = time.monotonic() - back

    row = report(
        "F45", "Stripe silent past the end of the hold", note=f"open again {opened_s:.0f} s"
    )
    fill(row, mall, n_ops=9, acked=2)
    row.unavailable_s, row.recovery_s = max(waits), recovery_s
    row.assert_whole()
    assert held == State.HELD, "the cart is kept while the service is silent"
    assert free == taken - 2, "the places go back when the time is over"
    assert max(waits) < 5.5
    assert sum(wait > 1 for wait in waits) <= 2, "each process waits once, then nobody does"
    assert figures.settle() == []


@pytest.mark.core
def test_money_that_comes_when_the_last_place_is_gone_goes_back(mall, stripe, report):
    [thing] = mall.things(1, in_days=3)
    late = stripe.order([thing])
    assert stripe.start(late).status == 302
    stripe.desk.control(refuse=1000)  # or it would be told to close the page
    lapse(late)
    scarce = Bucket.objects.filter(pk=thing.bucket_ids[0])
    scarce.update(capacity=scarce.get().taken + 1)
    winner = Service(mall, "alipay").buy([thing])
    seconds_until(lambda: is_paid(winner))

    stripe.press(late)
    stripe.desk.control()
    row = report("F46", "paid when the hold was over and the place sold")
    row.recovery_s = seconds_until(lambda: refunded(late))
    fill(row, mall, n_ops=2, acked=2)
    row.oversold, row.duplicated = figures.oversold(), stripe.refunds(late) - 1
    row.assert_whole()
    assert late.order.lines.get().state == State.LAPSED
    page = late.client.get(f"/en/o/{late.token}/").text
    assert "refund" in page.lower() or "back" in page.lower(), "the buyer is told"
    assert figures.settle() == []


@pytest.mark.core
def test_twenty_clicks_at_once_are_one_order_and_one_charge(mall, stripe, report):
    client = mall.client(mall.buyers(1)[0])
    things = mall.things(2, in_days=1)
    answers = together(20, lambda _n: client.order(things, "fault-twenty-clicks"))
    order = Order.objects.get(actor=f"user:{client.buyer.user_id}")
    bought = Bought(client, order.token)
    starts = together(20, lambda _n: stripe.start(bought))
    pages = {answer.location for answer in starts if answer.status == 302}
    together(20, lambda _n: stripe.press(bought))
    recovery_s = seconds_until(lambda: is_paid(bought))

    row = report("F47", "twenty clicks at once: order, pay, pay at the service")
    fill(row, mall, n_ops=60, acked=sum(answer.status == 201 for answer in answers))
    charged = Attempt.objects.filter(order=order, state=AttemptState.SUCCEEDED)
    row.duplicated = Order.objects.filter(actor=order.actor).count() + charged.count() - 2
    row.recovery_s = recovery_s
    row.assert_whole()
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["code"] for answer in answers}) == 1
    assert len(pages) == 1
    assert figures.settle() == []


@pytest.mark.core
def test_one_key_for_two_wishes_is_refused(mall, report):
    client: Client = mall.client(mall.buyers(1)[0])
    first, second = mall.things(2, in_days=1)
    assert client.order([first], "fault-one-key").status == 201

    answer = client.order([second], "fault-one-key")

    row = report("F48", "the key of one order for another")
    mine = Order.objects.filter(actor=f"user:{client.buyer.user_id}")
    fill(row, mall, n_ops=2, acked=1)
    row.duplicated = mine.count() - 1
    row.assert_whole()
    assert answer.status in (409, 422), answer.text[:300]
    assert list(mine.values_list("lines__ref", flat=True)) == [first.ref]


@pytest.mark.core
def test_twenty_cancellations_at_once_return_the_money_once(mall, stripe, report):
    bought = stripe.buy(mall.things(2, in_days=1))
    seconds_until(lambda: is_paid(bought))
    parts, shown = quoted(bought)

    answers = together(20, lambda _n: bought.client.cancel(bought.token, parts, shown))

    row = report("F49", "the same part cancelled twenty times at once")
    row.recovery_s = seconds_until(lambda: refunded(bought))
    made = Refund.objects.filter(order__token=bought.token)
    fill(row, mall, n_ops=20, acked=sum(answer.status == 302 for answer in answers))
    row.duplicated = made.count() - 1 + stripe.refunds(bought) - 1
    row.assert_whole()
    assert [refund.amount_fen for refund in made] == [shown]
    attempt = bought.attempt
    assert attempt.refunded_fen == shown <= attempt.captured_fen
    assert figures.settle() == []


@pytest.mark.core
def test_what_the_bank_takes_back_leaves_the_account_and_flags_the_order(mall, stripe, report):
    bought = stripe.buy(mall.things(1, in_days=1))
    seconds_until(lambda: is_paid(bought))
    fen, delta = bought.attempt.captured_fen, stripe.held_fen() - stripe.booked_fen()
    stripe.desk.control(dispute=[bought.attempt.token, "needs_response"])
    told_s = seconds_until(lambda: bought.attempt.dispute == "OPEN")
    assert figures.wait_for(lambda: bought.order.flag, within_s=10)
    stripe.desk.control(dispute=[bought.attempt.token, "won"])
    seconds_until(lambda: bought.attempt.dispute == "WON")

    row = report("F50", "a dispute after delivery, won in the end")
    assert figures.settle() == []
    fill(row, mall, n_ops=2, acked=2)
    row.recovery_s = told_s
    row.assert_whole()
    moved = Posting.objects.filter(entry__key__startswith=f"dispute:{bought.attempt.pk}:")
    assert sorted(moved.values_list("account", "amount_fen")) == [
        ("dispute:stripe", -fen), ("dispute:stripe", fen),
        ("provider:stripe", -fen), ("provider:stripe", fen),
    ]  # fmt: skip
    assert delta == 0


@pytest.mark.core
def test_a_day_without_notices_is_caught_up_from_the_list(mall, stripe, report):
    stripe.desk.control(webhook=NOWHERE)
    many = repeats(10, 100)
    bought = [stripe.buy(mall.things(1, in_days=1)) for _n in range(many)]
    # A day ago: too old to be asked about one by one, so that only the list can tell.
    Attempt.objects.filter(order__token__in=[each.token for each in bought]).update(
        created_at=clock.now() - timedelta(hours=25)
    )
    stripe.desk.control(webhook=f"{mall.site.url}/hooks/stripe/")

    row = report("F51", "no notice has come for a day")
    row.recovery_s = seconds_until(lambda: all(map(is_paid, bought)), within_s=120)
    fill(row, mall, n_ops=many, acked=sum(map(is_paid, bought)))
    row.lost = row.n_ops - row.acked
    row.assert_whole()
    assert figures.settle() == []


@pytest.mark.core
@pytest.mark.parametrize("name", ["alipay", "wechat"])
def test_a_buyer_who_comes_back_before_paying_and_closes_the_page_after(mall, report, name):
    service = Service(mall, name)
    bought = service.order(mall.things(1, in_days=1))
    assert service.start(bought).status == 302
    back = bought.client.get(f"/en/o/{bought.token}/paid/")
    shown = bought.client.get(f"/en/o/{bought.token}/")
    service.press(bought, "never")  # no notice, and nobody comes back

    row = report("F52", f"{name}: back before paying, closed after, no notice")
    row.recovery_s = seconds_until(lambda: is_paid(bought))
    fill(row, mall, n_ops=1, acked=1)
    row.assert_whole()
    assert (back.status, shown.status) == (302, 200)
    assert figures.settle() == []


@pytest.mark.core
def test_all_services_agree_with_the_books(mall):
    """Bought and returned in part at each of the three, whatever was bought there before."""
    found = services(mall)
    held_before = {name: each.held_fen() for name, each in found.items()}
    bought = {name: each.buy(mall.things(2, in_days=1)) for name, each in found.items()}
    for each in bought.values():
        seconds_until(partial(is_paid, each))
    back = {name: quoted(each) for name, each in bought.items()}
    for name, (parts, shown) in back.items():
        assert bought[name].client.cancel(bought[name].token, parts, shown).status == 302
    for each in bought.values():
        seconds_until(partial(refunded, each))
    assert figures.settle() == []

    held = {name: each.held_fen() for name, each in found.items()}
    assert held == {name: each.booked_fen() for name, each in found.items()}
    assert {name: fen - held_before[name] for name, fen in held.items()} == {
        name: each.order.total_fen - back[name][1] for name, each in bought.items()
    }
    assert all(0 < back[name][1] < each.order.total_fen for name, each in bought.items())
