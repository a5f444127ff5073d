"""The desk's own refund: another sum than the terms' is made only after its cost has been seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.orders.models import Line, State
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from kernel import clock
from tests.bookings.refunds.conftest import ANNA
from tests.cast import assemble, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(paid):
    return enter(assemble(paid.region).he_ping)


@pytest.fixture
def late(paid) -> Line:
    """Two hours before it begins half of the price comes back: ¥10 of ¥20."""
    Line.objects.filter(order=paid).update(starts_at=clock.now() + timedelta(hours=2))
    return paid.lines.get()


def send(desk, line: Line, **more: str):
    url = reverse("admin:bookings_refunds_refund_cancel", args=[line.order_id])
    parts = {"part": [f"{line.pk}:p0", f"{line.pk}:p1"], "shown_fen": "1000"}
    return desk.post(url, {**parts, **more})


def untouched(line: Line) -> bool:
    line.refresh_from_db()
    return (line.state, line.cancelled_parts, Refund.objects.count()) == (State.CONFIRMED, [], 0)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("17.50", "¥17.50 goes beyond the terms: {house} loses ¥7.50."),
        ("4", "¥4 is less than the terms give: {house} keeps ¥6 of the buyer’s."),
    ],
)
def test_what_another_sum_costs_is_shown_before_it_is_made(desk, late, typed, words):
    asked = send(desk, late, sum=typed, words="storm")

    html = asked.content.decode()
    assert words.format(house=late.supplier.name) in html
    assert f'value="{typed}"' in html
    assert 'value="storm"' in html
    assert untouched(late)

    seen = str(asked.context["given"].refund_fen)
    assert send(desk, late, sum=typed, words="storm", seen_fen=seen).status_code == 302
    assert sum(refund.amount_fen for refund in Refund.objects.all()) == int(seen)


def test_a_sum_that_was_changed_once_more_is_shown_again(desk, late):
    again = send(desk, late, sum="15", seen_fen="1750")

    assert again.context["given"].refund_fen == 1500
    assert untouched(late)


@pytest.mark.parametrize("typed", ["", "10", "10.00"])
def test_the_sum_of_the_terms_is_made_at_once(desk, late, typed):
    assert send(desk, late, sum=typed).status_code == 302

    assert [refund.amount_fen for refund in Refund.objects.all()] == [1000]


@pytest.mark.parametrize("typed", ["20.01", "x", "-1"])
def test_a_sum_that_cannot_be_is_refused_and_stays_written(desk, late, typed):
    answer = send(desk, late, sum=typed, words="storm", seen_fen="2001")

    assert answer.status_code == 200
    assert f'value="{typed}"' in answer.content.decode()
    assert untouched(late)


def test_the_page_adds_up_and_says_nothing_of_a_loss_at_first(desk, late):
    url = reverse("admin:bookings_refunds_refund_cancel", args=[late.order_id])

    html = desk.get(url, {"part": [f"{late.pk}:p0", f"{late.pk}:p1"]}).content.decode()

    assert "<tfoot>" in html
    assert "office-loss" not in html


def test_the_second_person_sees_what_it_costs_whom(desk, late, settings):
    settings.REFUND_LIMIT_FEN = 0
    asked = refunds.by_staff(
        order=late.order, parts={late.pk: ["p0", "p1"]}, shown_fen=1000, refund_fen=1500,
        words="storm", actor=ANNA, at=clock.now(),
    )  # fmt: skip
    url = reverse("admin:bookings_refunds_refundrequest_decide", args=[asked.pk])

    html = desk.get(url).content.decode()

    assert f"¥15 goes beyond the terms: {late.supplier.name} loses ¥5." in html
    assert 'value="approve"' in html
    assert "Another person must approve it." not in html
