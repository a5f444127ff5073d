"""Money that is heard of late: when its place is gone, after a day, without its buyer (F46, F51, F52)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db.models import F

from bookings.inventory.models import Bucket
from bookings.orders.models import State
from bookings.payments.models import Attempt, NewsRead, ProviderEvent
from kernel import clock
from tests.faults import figures
from tests.faults.client import Answer
from tests.faults.conftest import repeats
from tests.faults.payments.services import Bought, Service, fill, seconds_until


@pytest.mark.core
def test_money_that_comes_when_the_last_place_is_gone_goes_back(mall, stripe, report):
    [thing] = mall.things(1, in_days=3)
    late = stripe.order([thing])
    assert stripe.start(late).status == 302
    stripe.desk.control(refuse=1000)  # or it would be told to close the page
    late.lapse()
    scarce = Bucket.objects.filter(pk=thing.bucket_ids[0])
    scarce.update(capacity=scarce.get().taken + 1)
    winner = Service(mall, "alipay").buy([thing])
    seconds_until(lambda: winner.is_paid)

    stripe.press(late)
    stripe.well()
    row = report("F46", "paid when the hold was over and the place sold")
    row.recovery_s = seconds_until(lambda: late.is_refunded)
    fill(row, mall, [*late.answers, *winner.answers], kept=[late.is_refunded, winner.is_paid])
    row.oversold, row.duplicated = figures.oversold(), stripe.refunds(late) - 1
    row.assert_whole()
    assert late.order.lines.get().state == State.LAPSED
    page = late.client.get(f"/en/o/{late.token}/").text
    assert "refund" in page.lower() or "back" in page.lower(), "the buyer is told"
    assert figures.settle() == []


@pytest.mark.core
def test_a_day_without_notices_is_caught_up_from_the_list(mall, stripe, report):
    """Each payment was asked about just now, and of one of that age nobody asks again so soon."""
    many, day = repeats(10, 100), timedelta(hours=24)
    with stripe.by_hand():
        bought = [stripe.buy(mall.things(1, in_days=1)) for _n in range(many)]
        for each in bought:
            stripe.happened(each, ago=day)
            put_back(each, by=day, asked_at=clock.now())
        news = ProviderEvent.objects.filter(attempt__order__token__in=[b.token for b in bought])
        heard_before = news.count()
    NewsRead.objects.filter(provider="stripe").update(until=clock.now() - day)

    row = report("F51", "stripe: no notice for a day; its list is read")
    row.recovery_s = seconds_until(lambda: all(each.is_paid for each in bought), within_s=120)
    fill(row, mall, told(bought), kept=[each.is_paid for each in bought])
    row.duplicated = news.count() - many
    row.assert_whole()
    assert heard_before == 0
    assert figures.settle() == []


@pytest.mark.core
@pytest.mark.parametrize("name", ["alipay", "wechat"])
def test_a_day_without_notices_is_caught_up_by_asking(mall, report, name):
    """These two keep no list of what they have told: each payment is asked about until it has ended."""
    service, day = Service(mall, name), timedelta(hours=24)
    many = repeats(10, 100)
    bought = [service.buy(mall.things(1, in_days=1), "never") for _n in range(many)]
    for each in bought:
        put_back(each, by=day, asked_at=clock.now() - day)

    row = report("F51", f"{name}: no notice for a day; each payment is asked about")
    row.recovery_s = seconds_until(lambda: all(each.is_paid for each in bought), within_s=120)
    fill(row, mall, told(bought), kept=[each.is_paid for each in bought])
    row.duplicated = sum(each.attempt.captured_fen != each.order.total_fen for each in bought)
    row.assert_whole()
    assert not ProviderEvent.objects.filter(attempt__in=[each.attempt for each in bought]).exists()
    assert figures.settle() == []


def put_back(bought: Bought, *, by: timedelta, asked_at: datetime) -> None:
    """Its payment was begun so long ago, and last asked about then."""
    Attempt.objects.filter(order__token=bought.token).update(
        created_at=F("created_at") - by, asked_at=asked_at
    )


def told(bought: list[Bought]) -> list[Answer]:
    return [answer for each in bought for answer in each.answers]


@pytest.mark.core
@pytest.mark.parametrize("name", ["alipay", "wechat"])
def test_a_buyer_who_comes_back_before_paying_and_closes_the_page_after(mall, report, name):
    service = Service(mall, name)
    bought = service.order(mall.things(1, in_days=1))
    assert service.start(bought).status == 302
    back = bought.told(bought.client.get(f"/en/o/{bought.token}/paid/"))
    shown = bought.told(bought.client.get(f"/en/o/{bought.token}/"))
    service.press(bought, "never")  # no notice, and nobody comes back

    row = report("F52", f"{name}: back before paying, closed after, no notice")
    row.recovery_s = seconds_until(lambda: bought.is_paid)
    fill(row, mall, bought.answers, kept=[bought.is_paid])
    row.duplicated = Attempt.objects.filter(order=bought.order).count() - 1
    row.assert_whole()
    assert (back.status, shown.status) == (302, 200)
    assert figures.settle() == []
