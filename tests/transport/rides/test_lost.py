"""What a rider has lost reaches the operator of the line, and is answered once, with a message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.messages.models import Message
from kernel.audit.models import Entry
from tests.cast import assemble, enter
from transport.rides import operations, queries
from transport.rides.models import LostItem

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def order(run, sell, now):
    return sell(run)


def send(order, **sent):
    url = reverse("rides:lost", args=[order.token, order.lines.get().pk])
    return Client().post(url, {"what": "A blue umbrella", "key": KEY, **sent})


def test_it_is_asked_once_and_listed_at_the_ride(order, run):
    assert [send(order).status_code, send(order).status_code] == [302, 302]

    item = LostItem.objects.get()
    assert (item.run, item.organisation) == (run, run.line.organisation)
    url = reverse("rides:ride", args=[order.token, item.line_id])
    assert "A blue umbrella" in Client().get(url).content.decode()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"what": ""}, "what"),
        ({"what": "x" * 501}, "what"),
        ({"key": "short"}, "key"),
        ({"key": ""}, "key"),
    ],
)
def test_what_cannot_be_read_says_which_field(order, sent, field):
    answer = send(order, **sent)

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not LostItem.objects.exists()


def test_not_before_the_departure_and_not_after_a_month(order, now, run):
    for moment in (run.departs_at - timedelta(seconds=1), run.departs_at + timedelta(days=30)):
        now["at"] = moment
        answer = send(order)
        assert answer.status_code == 200
        assert "from the departure on" in answer.content.decode()
    assert not LostItem.objects.exists()


def test_five_a_day(order):
    codes = [send(order, key=f"{n:032x}").status_code for n in range(6)]

    assert codes == [302] * 5 + [200]
    assert LostItem.objects.count() == 5


@pytest.fixture
def desks(order, run):
    cast = assemble(run.line.region)
    run.line.organisation = cast.fleet
    run.line.save()
    send(order)
    return cast


LIST = "admin:transport_rides_lostitem_changelist"


def answer(desk: Client, words: str | None = None) -> str:
    sent = {"action": "answer", "_selected_action": [LostItem.objects.get().pk]}
    sent |= {} if words is None else {"answer": words}
    return desk.post(reverse(LIST), sent, follow=True).content.decode()


def test_the_operator_answers_and_the_rider_is_told(desks, order):
    desk = enter(desks.chen_jie)

    assert "A blue umbrella" in answer(desk)
    answer(desk, "It is at the counter.")

    item = LostItem.objects.get()
    assert item.answer == "It is at the counter."
    assert Message.objects.filter(kind="transport.rides.lost-answered").count() == 1
    assert Entry.objects.filter(action="rides.answer").count() == 1
    url = reverse("rides:ride", args=[order.token, item.line_id])
    assert "It is at the counter." in Client().get(url).content.decode()


def test_an_answer_is_given_once_and_not_empty(desks, now):
    item = LostItem.objects.get()
    with pytest.raises(operations.AnswerMissing):
        operations.answer(item=item, words="  ", actor="user:1", at=now["at"])
    operations.answer(item=item, words="Here.", actor="user:1", at=now["at"])

    with pytest.raises(operations.AlreadyAnswered):
        operations.answer(item=item, words="Not here.", actor="user:2", at=now["at"])

    assert (LostItem.objects.get().answer, LostItem.objects.get().answered_by) == (
        "Here.", "user:1",
    )  # fmt: skip
    assert Message.objects.filter(kind="transport.rides.lost-answered").count() == 1


def test_another_operator_sees_and_answers_nothing(desks):
    desk = enter(desks.qian_bo)

    assert "A blue umbrella" not in desk.get(reverse(LIST)).content.decode()
    answer(desk, "Mine now.")

    assert LostItem.objects.get().answered_at is None


def test_a_ride_that_was_asked_about_stays_with_its_leg(order):
    send(order)

    assert [item.what for item in queries.lost_of(order.lines.get().pk)] == ["A blue umbrella"]
