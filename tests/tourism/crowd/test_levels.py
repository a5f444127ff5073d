"""Levels of load: each crossing once, with its duties and messages."""

from __future__ import annotations

import pytest

from accounts.messages.models import Message
from kernel.audit.models import Entry
from tests.factories.accounts import UserFactory
from tests.tourism.crowd.conftest import TEN, minutes
from tourism.crowd import operations
from tourism.crowd.models import Crossing, Duty, Measure, Standing

pytestmark = pytest.mark.django_db


def crossings() -> list[tuple[int, int, int]]:
    rows = Crossing.objects.order_by("pk")
    return list(rows.values_list("level_from", "level_to", "people"))


@pytest.fixture
def owner(db: None):
    return UserFactory(email="chief@example.org")


@pytest.fixture
def measure(watch, owner) -> Measure:
    return Measure.objects.create(
        area=watch.area, level=1, text_zh="开北门", text_en="Open the north gate", owner=owner
    )


def test_coming_up_is_written_down_once_and_calls_for_what_is_to_be_done(walk, measure, owner):
    walk(60, TEN - minutes(10))

    assert [operations.look(at=TEN), operations.look(at=TEN + minutes(1))] == [1, 0]

    assert crossings() == [(0, 1, 60)]
    duty = Duty.objects.get()
    assert (duty.owner, duty.text["en"], duty.done_at) == (owner, "Open the north gate", None)
    message = Message.objects.get()
    assert (message.user_id, message.about) == (owner.pk, f"crowd-duty:{duty.pk}")


def test_over_two_levels_at_once_every_measure_on_the_way_is_called_for(walk, measure, owner):
    Measure.objects.create(area=measure.area, level=2, text_zh="加车", owner=owner)
    Measure.objects.create(area=measure.area, level=3, text_zh="停售", owner=owner)
    walk(75, TEN - minutes(10))

    operations.look(at=TEN)

    assert crossings() == [(0, 2, 75)]
    assert [duty.text["zh-hans"] for duty in Duty.objects.order_by("pk")] == ["开北门", "加车"]


def test_going_down_takes_calm_and_calls_for_nothing(walk, measure):
    walk(60, TEN - minutes(10))
    operations.look(at=TEN)
    operations.correct(area=measure.area, people=40, reason="x", actor="user:1", at=TEN)

    looks = [operations.look(at=TEN + minutes(m)) for m in (1, 5, 10, 11, 12)]

    assert looks == [0, 0, 0, 1, 0]
    assert crossings() == [(0, 1, 60), (1, 0, 40)]
    assert Duty.objects.count() == 1


def test_a_measure_changed_later_leaves_what_was_called_for(walk, measure):
    walk(60, TEN - minutes(10))
    operations.look(at=TEN)

    Measure.objects.update(text_en="Something else")

    assert Duty.objects.get().text["en"] == "Open the north gate"


def test_a_duty_is_ticked_off_once_and_audited(walk, measure):
    walk(60, TEN - minutes(10))
    operations.look(at=TEN)
    duty, area = Duty.objects.get(), measure.area

    operations.tick(duty_id=duty.pk, area_id=area.pk, actor="user:5", at=TEN)
    with pytest.raises(operations.NotYours):
        operations.tick(duty_id=duty.pk, area_id=area.pk, actor="user:6", at=TEN + minutes(1))

    duty.refresh_from_db()
    assert (duty.done_by, duty.done_at) == ("user:5", TEN)
    assert Entry.objects.filter(action="crowd.duty.done").count() == 1


def test_a_duty_of_another_area_is_not_ticked_off(walk, measure):
    walk(60, TEN - minutes(10))
    operations.look(at=TEN)

    with pytest.raises(operations.NotYours):
        operations.tick(duty_id=Duty.objects.get().pk, area_id=0, actor="user:5", at=TEN)

    assert Duty.objects.get().done_at is None


def test_without_a_cap_nothing_is_judged(walk, watch):
    watch.instant_cap = None
    watch.save()
    walk(60, TEN - minutes(10))

    assert operations.look(at=TEN) == 0
    assert not Standing.objects.exists()
