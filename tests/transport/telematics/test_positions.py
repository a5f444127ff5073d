"""Positions as devices send them: signed, strict, in any order, as often as they like."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest

from kernel import clock
from tests.factories.kernel import RegionFactory
from tests.transport.lines.conftest import AT
from tests.transport.vehicles import Box, long_line, place, tracker_in, vehicle_of
from transport.telematics import operations
from transport.telematics.models import Fix, Position, Tracker
from transport.telematics.operations import Told
from transport.telematics.views import MOST_A_MINUTE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch):
    moment = {"at": AT}
    monkeypatch.setattr(clock, "now", lambda: moment["at"])
    return moment


@pytest.fixture
def bus(db):
    return vehicle_of(long_line(RegionFactory()))


@pytest.fixture
def box(bus) -> Box:
    made = Box(AT)
    code = operations.invite(vehicle=bus, actor="user:1", at=AT)
    assert made.enrol(code).json()["vehicle"] == bus.plate
    return made


def track(bus):
    rows = Fix.objects.filter(vehicle=bus).order_by("at")
    return list(rows.values_list("at", "latitude", "longitude"))


def test_a_batch_in_any_order_sent_twice_is_one_track_and_the_latest_counts(bus, box):
    moments = [AT - timedelta(seconds=10 * n) for n in range(20)]
    batch = [place(at, 30.0 + n / 1000) for n, at in enumerate(moments)]
    random.Random(7).shuffle(batch)

    first = box.send({"positions": batch[:12]}).json()
    second = box.send({"positions": batch}).json()

    assert (first["new"], first["known"]) == (12, 0)
    assert (second["new"], second["known"], second["old"]) == (8, 12, 0)
    assert [at for at, _lat, _lon in track(bus)] == sorted(moments)
    assert Position.objects.get().at == AT


def test_an_older_position_that_comes_late_does_not_move_the_vehicle_back(bus, box):
    box.send({"positions": [place(AT, 30.05, speed=12.5, course=0)]})

    answer = box.send({"positions": [place(AT - timedelta(minutes=1), 30.0)]})

    assert answer.json()["new"] == 1
    last = Position.objects.get()
    assert (last.at, last.latitude, last.speed, last.course) == (AT, 30.05, 12.5, 0)
    assert len(track(bus)) == 2


def test_what_is_older_than_a_week_is_counted_and_not_kept(bus, box):
    old = AT - timedelta(days=8)

    answer = box.send({"positions": [place(old), place(AT)]}).json()

    assert (answer["new"], answer["known"], answer["old"]) == (1, 0, 1)
    assert len(track(bus)) == 1


def at_ms(seconds: int) -> int:
    return int((AT + timedelta(seconds=seconds)).timestamp() * 1000)


GOOD = {"at_ms": at_ms(0), "lat": 30.0, "lon": 118.0}


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"lat": 90.5}, "positions[1].lat", "bad_input"),
        ({"lat": "30"}, "positions[1].lat", "bad_input"),
        ({"lon": -181}, "positions[1].lon", "bad_input"),
        ({"lat": None}, "positions[1].lat", "bad_input"),
        ({"lat": 0, "lon": 0}, "positions[1].lat", "no_fix"),
        ({"speed": -1}, "positions[1].speed", "bad_input"),
        ({"speed": 1e9}, "positions[1].speed", "bad_input"),
        ({"course": 360}, "positions[1].course", "bad_input"),
        ({"at_ms": -1}, "positions[1].at_ms", "bad_input"),
        ({"at_ms": 1.5}, "positions[1].at_ms", "bad_input"),
        ({"at_ms": at_ms(61)}, "positions[1].at_ms", "clock_wrong"),
        ({"driver": "x"}, "positions[1]", "bad_input"),
    ],
)
def test_a_value_that_cannot_be_refuses_the_batch_by_its_field(bus, box, changed, field, code):
    answer = box.send({"positions": [GOOD, {**GOOD, **changed}]})

    assert answer.status_code == 400
    assert (answer.json()["field"], answer.json()["code"]) == (field, code)
    assert not track(bus)
    assert not Position.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"null", b"\xff", b'{"positions": []}', b'{"positions": [1]}',
        b'{"positions": NaN}', b"[" * 5000,
        json.dumps({"positions": [GOOD] * 201}).encode(),
        b'{"positions": [{"at_ms": 1, "lat": 1e999, "lon": 1}]}',
    ],
)  # fmt: skip
def test_what_is_no_batch_is_refused(bus, box, body):
    assert box.send(body).status_code == 400
    assert not track(bus)


def test_only_its_own_key_speaks_for_a_vehicle_and_each_request_counts_once(bus, box):
    raw = json.dumps({"positions": [GOOD]}).encode()
    other = Box(AT, number=box.number)
    path = "/telematics/v1/positions"
    again = box.key.headers(device_id=box.number, path=path, body=raw, at=AT)

    def post() -> int:
        return box.client.post(
            path, raw, content_type="application/json", headers=again
        ).status_code

    assert other.send(raw).status_code == 401
    assert box.send(raw, altered=raw.replace(b"30.0", b"31.0")).status_code == 401
    assert box.client.post(path, raw, content_type="application/json").status_code == 401
    assert not track(bus)
    assert [post(), post()] == [200, 409]


def test_an_invitation_is_good_once_and_a_new_device_takes_the_place_of_the_old(bus, box, now):
    code = operations.invite(vehicle=bus, actor="user:1", at=AT)
    second = Box(AT)

    assert second.enrol(code).status_code == 201
    assert Box(AT).enrol(code).status_code == 403
    assert box.send({"positions": [GOOD]}).status_code == 401
    assert second.send({"positions": [GOOD]}).status_code == 200
    late = operations.invite(vehicle=bus, actor="user:1", at=AT)
    now["at"] = AT + timedelta(minutes=16)
    assert Box(AT).enrol(late).status_code == 403
    assert Tracker.objects.filter(revoked_at__isnull=True).count() == 1


def test_a_device_that_is_shut_out_is_refused_from_its_next_request_on(bus, box):
    tracker = Tracker.objects.get()
    for _twice in range(2):
        operations.shut_out(tracker=tracker, actor="user:1", at=AT)

    assert box.send({"positions": [GOOD]}).status_code == 401
    assert not track(bus)


def test_a_device_that_asks_too_often_waits(box):
    codes = [box.send({"positions": [GOOD]}).status_code for _n in range(MOST_A_MINUTE + 1)]

    assert codes == [200] * MOST_A_MINUTE + [429]


def test_after_a_week_a_track_is_forgotten_and_the_latest_position_is_not(bus):
    tracker = tracker_in(bus, at=AT)
    moments = [AT - timedelta(days=6), AT]
    operations.take_in(tracker=tracker, told=[Told(at, 30.0, 118.0) for at in moments], at=AT)

    gone = operations.forget_old(at=AT + timedelta(days=2))

    assert gone == 1
    assert [at for at, _lat, _lon in track(bus)] == [AT]
    assert operations.forget_old(at=AT + timedelta(days=30)) == 1
    assert Position.objects.get().at == AT


def test_a_key_that_is_none_brings_nobody_in(bus):
    code = operations.invite(vehicle=bus, actor="user:1", at=AT)
    box = Box(AT)

    answer = box.client.post(
        "/telematics/v1/enrol",
        {"code": code, "public_key": "AAAA"},
        content_type="application/json",
    )

    assert answer.status_code == 400
    assert not Tracker.objects.exists()
    assert box.enrol(code).status_code == 201
