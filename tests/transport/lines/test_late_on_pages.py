"""Late times and trains stand on the pages where departures are looked for and bought."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.contracts import Ask, Member
from kernel import clock
from tests.transport.lines.conftest import AT, DAY
from tests.transport.lines.disrupting import late
from transport.lines import offers
from transport.lines.models import Boarding, Connection, ShuttleLine
from transport.trains.models import Train


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def connection(line: ShuttleLine) -> Connection:
    place = line.patterns.get().stops.get(seq=0).place
    return Connection.objects.create(
        line=line, place=place, station="黄山北", train_number="G3027", transfer_min=20
    )


def test_late_times_stand_on_the_departures_and_the_lines_page(client, run, line):
    late(run, 40, at=AT)
    region, stops = line.region, line.patterns.get().stops.order_by("seq")
    asked = {"from": stops[0].place.name_zh, "to": stops[2].place.name_zh, "day": f"{DAY}"}

    found = client.get(reverse("lines:departures", args=[region.slug]), asked).content.decode()
    shown = client.get(
        reverse("lines:detail", args=[region.slug, line.slug]), {"day": f"{DAY}"}
    ).content.decode()

    assert "08:40" in found
    assert "by the timetable 08:00" in found
    assert "08:40 → 09:20 (40 min late)" in shown


def test_a_late_departure_can_be_bought_until_it_really_leaves(run, line, sell, monkeypatch):
    shortly = run.departs_at + timedelta(minutes=30)
    late(run, 40)
    ask = Ask("shuttle", f"{run.pk}:0:2", (Member(class_code="adult"),))
    [bought] = offers.offer([ask], at=shortly)
    [gone] = offers.offer([ask], at=shortly + timedelta(minutes=10))

    assert bought[0].starts_at == run.departs_at + timedelta(minutes=40)
    assert isinstance(gone, offers.RunOver)


def test_a_train_is_named_while_booking(client, run, runs, line, sell, connection):
    connection.arrives_s = 8 * 3600 + 20 * 60
    connection.save()
    address = reverse("lines:detail", args=[line.region.slug, line.slug])

    html = client.get(address, {"day": f"{DAY}", "train": "g3027"}).content.decode()

    assert "08:00 → 08:40 · too early for G3027" in html
    assert f'value="{runs[1].pk}:0:2::G3027"' in html
    order = sell(runs[1], train="G3027")
    assert Boarding.objects.get(line__order=order).train == Train.objects.get()


@pytest.mark.parametrize(
    ("number", "words"), [("late", "is not a train"), ("G1", "is not timed to trains")]
)
def test_what_is_no_train_there_is_said_and_nothing_is_named(
    client, run, line, connection, number, words
):
    address = reverse("lines:detail", args=[line.region.slug, line.slug])

    html = client.get(address, {"day": f"{DAY}", "train": number}).content.decode()

    assert words in html
    assert f'value="{run.pk}:0:2"' in html
