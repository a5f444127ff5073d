"""The page on which a buyer hands a part on: what comes back, how it stands, withdraw."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bookings.contracts import Terms
from bookings.waitlist.models import Handover
from kernel import clock
from tests.bookings.waitlist.conftest import Line
from tests.bookings.waitlist.test_handing_on import BACK, Sold, standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(line: Line, sellers) -> Sold:
    line.now = clock.now()
    sellers["plain"].starts_at = line.now + timedelta(days=3)
    sellers["plain"].terms = Terms()
    return Sold(line, 1)


@pytest.fixture
def url(sold: Sold) -> str:
    return reverse("waitlist:hand-on", args=[sold.orders[0].token])


def chosen(sold: Sold, shown_fen: int = BACK) -> dict[str, str]:
    return {"part": f"{sold.orders[0].lines.get().pk}:p0", "shown_fen": str(shown_fen)}


def test_the_sum_is_shown_the_part_handed_on_and_withdrawn(line, sold, url):
    line.join(1, sold.bucket)
    browser = Client(headers={"accept-language": "en"})
    order = browser.get(reverse("checkout:order", args=[sold.orders[0].token])).content.decode()
    assert url in order

    shown = browser.get(url).content.decode()
    assert f'name="shown_fen" value="{BACK}"' in shown

    after = browser.post(url, chosen(sold), follow=True).content.decode()
    handover = Handover.objects.get()
    withdraw = reverse("waitlist:withdraw", args=[sold.orders[0].token, handover.pk])
    assert withdraw in after
    assert "offered to the waiting list" in after

    browser.post(withdraw, follow=True)
    assert standing(handover) == ["WITHDRAWN"]


def test_in_chinese(line, sold):
    line.join(1, sold.bucket)
    with translation.override("zh-hans"):
        url = reverse("waitlist:hand-on", args=[sold.orders[0].token])

    shown = Client().get(url).content.decode()

    assert "转给候补" in shown
    assert "转出手续费" in shown


def test_where_nobody_waits_the_page_says_so_and_nothing_is_offered(sold, url):
    browser = Client(headers={"accept-language": "en"})

    shown = browser.get(url).content.decode()
    answer = browser.post(url, chosen(sold), follow=True).content.decode()

    assert "there is nobody to hand it on to" in shown
    assert "there is nobody to hand it on to" in answer
    assert Handover.objects.count() == 0


def test_another_orders_handover_is_not_found(line, sellers, sold, url):
    line.join(1, sold.bucket)
    other = Sold(line, 1)
    handover = sold.hand_on()

    address = reverse("waitlist:withdraw", args=[other.orders[0].token, handover.pk])
    answer = Client().post(address)

    assert answer.status_code == 404
    assert standing(handover) == ["OPEN"]
