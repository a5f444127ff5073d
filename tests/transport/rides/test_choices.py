"""The page of a ride: whoever has the order's link sees when it leaves, chooses once, and names a train."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.identity.models import User
from bookings.orders.models import Line, Order
from bookings.refunds.models import Refund
from kernel import clock
from kernel.outbox import operations as outbox
from tests.transport.lines.conftest import AT, DAY
from tests.transport.lines.disrupting import call_off, late, row_of
from transport.lines import operations as lines
from transport.lines.models import Boarding, Connection, RideChoice, Run, ShuttleLine
from transport.trains.models import Train, TrainState


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def connection(line: ShuttleLine) -> Connection:
    place = line.patterns.get().stops.get(seq=0).place
    return Connection.objects.create(
        line=line, place=place, station="黄山北", train_number="G3027", transfer_min=20
    )


def url(order: Order) -> str:
    return reverse("rides:ride", args=[order.token, Line.objects.get(order=order).pk])


def page(client, order: Order) -> str:
    return " ".join(client.get(url(order)).content.decode().split())


def test_a_ride_on_time_has_nothing_to_choose(client, run, sell):
    order = sell(run)

    html = page(client, order)

    assert "08:00" in html
    assert 'name="choice"' not in html


def test_a_called_off_ride_has_three_choices_and_says_what_silence_is(client, run, runs, sell):
    order = sell(run)
    call_off(run)

    html = page(client, order)

    assert "This departure does not run." in html
    assert "Snow on the road." in html
    assert "after that your money comes back by itself" in html
    assert [f'value="{choice}"' in html for choice in ("MOVE", "REFUND", "KEEP")] == [
        True, True, False,
    ]  # fmt: skip
    assert f'name="ref" value="{runs[1].pk}:0:2"' in html
    assert all(f'<option value="{each.pk}:0:2"' in html for each in runs[1:])
    assert f'<option value="{runs[1].pk}:0:2" selected>' in html


def test_the_reason_is_told_in_the_readers_language(client, run, sell):
    order = sell(run)
    late(run, 40)

    chinese = client.get("/zh-hans" + url(order)[3:]).content.decode()

    assert "道路积雪。" in chinese
    assert "晚点 40 分钟" in chinese
    assert "Snow" not in chinese


def test_the_orders_page_leads_there(client, run, sell):
    order = sell(run)
    address = reverse("checkout:order", args=[order.token])
    assert url(order) in client.get(address).content.decode()

    late(run, 40)
    html = " ".join(client.get(address).content.decode().split())

    assert "you may choose something else until" in html
    assert html.count(url(order)) == 2


def test_a_post_takes_the_next_departure_and_the_page_says_so(client, run, runs, sell):
    order = sell(run)
    call_off(run)

    answer = client.post(url(order), {"choice": "MOVE", "ref": f"{runs[1].pk}:0:2"}, follow=True)

    assert Boarding.objects.get().run == runs[1]
    html = " ".join(answer.content.decode().split())
    assert "your code is good for the new departure" in html
    assert "does not run" not in html


def test_a_post_returns_the_money(client, run, sell):
    order = sell(run)
    call_off(run)

    client.post(url(order), {"choice": "REFUND"})

    assert Refund.objects.get().order == order
    assert "Nothing of this ride is booked any more" in page(client, order)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"choice": "ALL"},
        {"choice": "KEEP"},
        {"choice": "OPEN"},
        {"choice": "MOVE"},
        {"choice": "MOVE", "ref": "1:2:3:4:5"},
        {"choice": "CREDIT"},
        {"choice": "TRAIN", "train": "<b>", "day": "soon"},
    ],
)
def test_a_post_of_anything_else_changes_nothing(client, run, sell, connection, sent):
    order = sell(run)
    call_off(run)

    answer = client.post(url(order), sent, follow=True)

    assert answer.status_code == 200
    assert row_of(order).choice == RideChoice.OPEN
    assert not Refund.objects.exists()
    assert not Train.objects.exists()


def test_another_orders_ride_is_not_found(client, run, sell):
    mine, theirs = sell(run), sell(run)
    other = Line.objects.get(order=theirs)

    answer = client.get(reverse("rides:ride", args=[mine.token, other.pk]))

    assert answer.status_code == 404


def test_a_train_is_named_watched_and_taken_back(client, run, sell, connection):
    order = sell(run)
    assert "Do you arrive by train at 黄山北?" in page(client, order)

    client.post(url(order), {"choice": "TRAIN", "train": "g3027", "day": f"{DAY}"})
    html = page(client, order)
    assert "Nothing is known of it just now." in html
    assert "you get the next one with room" in html

    expected = run.departs_at - timedelta(minutes=25)
    Train.objects.update(state=TrainState.LATE, expected_at=expected, answered_at=AT)
    assert "07:35" in page(client, order)

    client.post(url(order), {"choice": "TRAIN", "train": ""})
    assert Boarding.objects.get().train is None


def test_who_was_put_on_another_run_reads_why_and_may_go_back(
    client, run, runs, sell, connection, monkeypatch
):
    order = sell(run)
    soon = run.departs_at - timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: soon)
    line = Line.objects.get(order=order)
    train = lines.name_train(line=line, number="G3027", at=soon)
    expected = run.departs_at + timedelta(minutes=10)
    Train.objects.update(state=TrainState.LATE, expected_at=expected, answered_at=soon)
    lines.follow_train(train_id=train.pk, at=soon)
    outbox.drain(at=soon)

    html = page(client, order)

    assert "Train G3027 is late, so you ride with this departure instead of" in html
    assert "If you say nothing, you ride as shown here." in html
    assert f'<option value="{run.pk}:0:2"' in html

    client.post(url(order), {"choice": "KEEP"})
    assert row_of(order).choice == RideChoice.KEEP
    assert Boarding.objects.get().run == runs[1]


def test_only_the_buyer_who_signed_in_is_offered_the_voucher(client, run, sell):
    order = sell(run)
    call_off(run)
    assert not User.objects.exists()

    html = page(client, order)

    assert 'value="CREDIT"' not in html
    assert Run.objects.count() == 6
