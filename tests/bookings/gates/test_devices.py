"""A device comes by one code, speaks by its own key, and is shut out at once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.identity.models import Allowance
from bookings.gates import loads
from bookings.gates import operations as gates
from bookings.gates.models import Alone, GateDevice, Invitation
from bookings.gates.queries import board
from kernel.audit.models import Entry
from kernel.errors import NotFound
from tests.bookings.gates.conftest import NOON, Device

pytestmark = pytest.mark.django_db
BEAT = {"version": "abc", "queue": 3, "cursor": 7, "battery": 15}


def invite(doors, **more) -> str:
    return gates.invite(post=doors[0], alone=Alone.ANY, actor="user:1", at=NOON, **more)


def test_a_code_enrols_one_device_and_is_kept_only_as_a_hash(doors, now):
    code, device = invite(doors), Device()

    answer = device.enrol(f" {code[:4].lower()}-{code[4:]} ")

    assert answer.status_code == 201
    assert answer.json()["post"] == "plain:1@north"
    assert device.row.public_key == device.public_key.hex()
    assert code not in str(Invitation.objects.values().get())
    assert len(code) == 8
    assert Entry.objects.filter(action="gates.device.enrolled").count() == 1


def test_a_code_is_good_once(doors, now):
    code = invite(doors)
    Device().enrol(code)

    again = Device().enrol(code)

    assert (again.status_code, again.json()["code"]) == (403, "invitation_wrong")
    assert GateDevice.objects.count() == 1


def test_a_code_is_good_for_fifteen_minutes(doors, now):
    code = invite(doors)
    now["at"] = NOON + timedelta(minutes=15)

    assert Device().enrol(code).status_code == 403
    assert not GateDevice.objects.exists()


def test_guessing_codes_ends_after_twenty_tries(doors, now):
    codes = [Device().enrol("QQQQQQQQ").status_code for _try in range(21)]

    assert codes == [403] * 20 + [429]
    assert Allowance.objects.get(key__startswith="gate-enrol:").spent == 20


def test_what_is_no_key_uses_no_code(doors, now):
    code, device = invite(doors), Device()

    answer = device.client.post(
        "/gate/v1/enrol", {"code": code, "public_key": "AAAA"}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "key_wrong")
    assert Invitation.objects.get().used_at is None


def test_a_heartbeat_is_kept_with_how_wrong_the_clock_is(enrolled):
    device = enrolled(skew_ms=-90_000)

    answer = device.ask("/gate/v1/beat", BEAT)

    row = device.row
    assert answer.status_code == 200
    assert answer.json()["now_ms"] == int(NOON.timestamp() * 1000)
    assert (row.version, row.queue, row.battery, row.skew_ms, row.heard_until) == (
        "abc", 3, 15, -90_000, 7,
    )  # fmt: skip
    assert row.seen_at == NOON


@pytest.fixture
def busy(monkeypatch):
    """A house that counts the people behind the gate."""
    said = loads.Load(2, {"en": "Now: very busy (70 %)", "zh-hans": "非常拥挤"}, NOON)
    monkeypatch.setattr(loads, "_readers", {"test": lambda zone, *, at: said if zone else None})


def test_a_heartbeat_is_answered_with_how_full_it_is(enrolled, busy):
    answer = enrolled().ask("/gate/v1/beat", BEAT)

    assert answer.json()["load"] == {
        "level": 2,
        "words": {"en": "Now: very busy (70 %)", "zh-hans": "非常拥挤"},
        "at_ms": int(NOON.timestamp() * 1000),
    }


@pytest.mark.parametrize("path", ["/gate/v1/changes?since=0", "/gate/v1/bundle"])
def test_every_round_brings_how_full_it_is(enrolled, busy, path):
    """A heartbeat is too rare: what changes is at the gate within five seconds."""
    answer = enrolled().ask(path)

    assert json.loads(answer.headers["X-Gate-Load"]) == {
        "level": 2,
        "words": {"en": "Now: very busy (70 %)", "zh-hans": "非常拥挤"},
        "at_ms": int(NOON.timestamp() * 1000),
    }


def test_where_nobody_counts_it_is_told_nothing(enrolled):
    device = enrolled()

    assert device.ask("/gate/v1/beat", BEAT).json()["load"] is None
    assert device.ask("/gate/v1/changes?since=0").headers["X-Gate-Load"] == "null"


def test_what_a_device_has_heard_never_falls_back(enrolled):
    device = enrolled()
    device.ask("/gate/v1/beat", BEAT)

    device.ask("/gate/v1/beat", BEAT | {"cursor": 2})

    assert device.row.heard_until == 7


@pytest.mark.parametrize(
    "altered",
    [
        {"raw": b'{"version": "x", "queue": 0, "cursor": 0}'},
        {"goes_to": "/gate/v1/bundle"},
        {"headers": {"X-Gate-Counter": "99"}},
        {"headers": {"X-Gate-Time": "1"}},
        {"headers": {"X-Gate-Signature": "A" * 86}},
        {"headers": {"X-Gate-Signature": "not base64"}},
        {"headers": {"X-Gate-Device": "-1"}},
        {"headers": {"X-Gate-Device": "7777777"}},
    ],
)
def test_what_was_altered_after_signing_is_refused(enrolled, altered):
    device = enrolled()

    answer = device.ask("/gate/v1/beat", BEAT, **altered)

    assert (answer.status_code, answer.json()["code"]) == (401, "shut_out")
    assert (device.row.counter, device.row.version) == (0, "")


def test_another_devices_key_does_not_open(enrolled):
    device, other = enrolled(), enrolled()
    other.pk = device.pk

    assert other.ask("/gate/v1/beat", BEAT).status_code == 401


def test_a_request_that_comes_again_is_told_the_counter(enrolled):
    device = enrolled()
    device.ask("/gate/v1/beat", BEAT, counter=41)

    again = device.ask("/gate/v1/beat", BEAT | {"queue": 9}, counter=41)

    assert (again.status_code, again.json()["facts"]) == (409, {"counter": 41})
    assert device.row.queue == 3


def test_who_is_shut_out_gets_nothing_from_the_next_request_on(enrolled, doors):
    device = enrolled()
    house = [doors[0].organisation_id]

    gates.shut_out(device_id=device.pk, organisation_ids=house, actor="user:1", at=NOON)

    paths = ["beat", "bundle", "changes?since=0", "scans"]
    assert [device.ask(f"/gate/v1/{path}", {}).status_code for path in paths] == [401] * 4
    assert Entry.objects.filter(action="gates.device.shut-out").count() == 1


def test_another_house_shuts_nobody_out(enrolled):
    device = enrolled()

    with pytest.raises(NotFound):
        gates.shut_out(device_id=device.pk, organisation_ids=[0], actor="user:1", at=NOON)

    assert device.row.revoked_at is None


def test_a_device_that_is_silent_for_a_minute_is_yellow(enrolled, doors):
    device = enrolled()
    device.ask("/gate/v1/beat", BEAT)
    house = [doors[0].organisation_id]

    with translation.override("en"):
        [heard] = board.devices(organisation_ids=house, at=NOON + timedelta(seconds=60))
        [silent] = board.devices(organisation_ids=house, at=NOON + timedelta(seconds=61))

    assert (heard.tone, heard.word) == ("good", "at work")
    assert (silent.tone, silent.word) == ("few", "silent")
    assert silent.notes == "3 scans not sent · battery 15 %, charge it · version abc"


def test_the_first_page_is_the_same_for_everybody(client):
    page = client.get(reverse("gate:shell"))

    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": "A", "public_key": "B", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 200_000, b"", b"null", b'{"code": 1}', b"\xff", b'{"code": "\\u0000", "public_key": ""}',
    ],
    ids=["deep", "open", "empty", "null", "number", "bytes", "nul"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_what_is_no_request_is_refused_before_anybody_is_known(client, now, db, body, kind):
    answer = client.post("/gate/v1/enrol", body, content_type=kind)

    assert answer.status_code == 400
    assert not GateDevice.objects.exists()
