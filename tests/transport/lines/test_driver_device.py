"""The driver's device: it chooses a departure, carries its list, and says where the wrong rider belongs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from bookings.gates import operations as gates
from bookings.gates import tags
from bookings.gates.models import Alone, GateDevice, GateScan, Outcome
from bookings.vouchers import posts
from bookings.vouchers.models import Pass, Voucher
from kernel import clock
from kernel.outbox import operations as outbox
from tests.bookings.gates.conftest import Device, opened
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from tests.transport.lines.conftest import DAY
from transport.lines import operations as lines
from transport.lines.models import Run


@pytest.fixture
def now(monkeypatch, run):
    moment = {"at": run.departs_at - timedelta(minutes=20)}
    monkeypatch.setattr(clock, "now", lambda: moment["at"])
    return moment


@pytest.fixture
def device(run, now) -> Device:
    """Enrolled where the house's departures are chosen from."""
    made, house = Device(), run.line.organisation_id
    home = posts.get(key=f"runs:{house}", organisation_ids=[house], at=now["at"])
    code = gates.invite(post=home, alone=Alone.ANY, actor="user:1", at=now["at"])
    assert made.enrol(code).json()["roams"] is True
    return made


def go(device: Device, run: Run):
    answer = device.ask("/gate/v1/move", {"post": run.zone})
    assert answer.status_code == 200, answer.content
    return answer.json()


def bundle(device: Device):
    answer = device.ask("/gate/v1/bundle")
    assert answer.status_code == 200, answer.content
    return opened(answer.content)


def test_it_is_offered_todays_departures_of_its_own_house_only(device, runs):
    other = shuttle_line(RegionFactory(), slug="x")
    lines.create_runs(region=other.region, first=DAY, last=DAY)

    said = device.ask("/gate/v1/departures").json()

    assert [each["key"] for each in said["departures"]] == [run.zone for run in runs]
    assert said["post"].startswith("runs:")


def test_it_moves_there_and_nowhere_else(device, runs):
    other = shuttle_line(RegionFactory(), slug="x")
    lines.create_runs(region=other.region, first=DAY, last=DAY)
    stranger = Run.objects.filter(line=other).earliest("departs_at")

    about = go(device, runs[1])

    assert (about["post"], about["zones"]) == (runs[1].zone, [runs[1].zone])
    for key in (stranger.zone, "run:9", "area:1", f"runs:{stranger.line.organisation_id}"):
        assert device.ask("/gate/v1/move", {"post": key}).status_code == 404
    assert device.row.post_key == runs[1].zone


def test_a_device_that_stands_moves_nowhere(run, now):
    made, house = Device(), run.line.organisation_id
    post = posts.get(key=run.zone, organisation_ids=[house], at=now["at"])
    made.enrol(gates.invite(post=post, alone=Alone.ANY, actor="user:1", at=now["at"]))

    assert made.ask("/gate/v1/departures").json()["departures"] == []
    assert made.ask("/gate/v1/move", {"post": f"runs:{house}"}).status_code == 404


def test_the_list_has_seats_stops_and_masked_names(device, run, sell):
    sell(run, 2, board=0, alight=1)
    sell(run, board=1, alight=2)
    Pass.objects.filter(vouchers__part_key="p1").update(holder="王小明", document_tail="123X")
    go(device, run)

    head, rows = bundle(device)

    people = sorted(head["people"].values(), key=lambda one: (one["board"], one["seat"]))
    assert len(rows) == len(people) == 3
    assert [(one["board"], one["alight"]) for one in people] == [(0, 1), (0, 1), (1, 2)]
    assert {one["seat"] for one in people[:2]} == {"1", "2"}
    assert len(head["stops"]) == 3
    assert "王**" in {one["name"] for one in people}
    text = str(head)
    assert "小明" not in text
    assert "123X" not in text


def test_an_ending_is_found_by_a_short_tag_of_this_post_alone(device, run, runs, sell, now):
    sell(run)
    Pass.objects.update(document_tail="123X")
    go(device, run)
    head, _rows = bundle(device)
    key = tags.day_key(
        settings.QUANYU_INDEX_KEY,
        organisation_id=run.line.organisation_id,
        day=run.line.region.local_date(now["at"]),
    )

    [person] = head["people"].values()

    assert tags.ending_tag(key, run.zone, "123x") in person["ends"]
    assert all(0 <= tag < 256 for tag in person["ends"])
    assert head["document_bits"] == 20
    made = [tags.ending_tag(key, run.zone, f"{number:04}") for number in range(10_000)]
    fitting = made.count(made[0])
    assert 15 <= fitting <= 80, "about forty endings fit each tag"
    assert made != [tags.ending_tag(key, runs[1].zone, f"{number:04}") for number in range(10_000)]


def test_who_is_on_the_wrong_bus_is_told_the_right_one_and_its_bay(device, runs, sell):
    sell(runs[1])
    lines.set_bay(run=runs[1], bay="7", actor="user:1", at=clock.now())
    go(device, runs[0])

    head, rows = bundle(device)
    answer = device.scan(seq=1, text=Pass.objects.get().short_code)

    assert len(rows) == 1
    where = head["elsewhere"][runs[1].zone]
    assert where["zh-hans"].startswith("09:00 T01")
    assert where["zh-hans"].endswith("7 号站台")
    assert where["en"].endswith("bay 7")
    assert (answer["ok"], answer["reason"]) == (False, "wrong_place")
    assert "7 号站台" in answer["words"]["zh-hans"]
    assert Voucher.objects.get().entries_used == 0


def test_who_belongs_on_a_late_bus_is_told_when_it_leaves_now(device, runs, sell):
    sell(runs[1])
    Run.objects.filter(pk=runs[1].pk).update(delay_s=40 * 60)
    go(device, runs[0])

    head, _rows = bundle(device)

    assert head["elsewhere"][runs[1].zone]["en"].startswith("09:40 T01")


def test_three_are_let_on_alone_and_told_once(device, run, runs, sell):
    """Scans keep the post at which they were made, wherever the device stands when they arrive."""
    for _each in range(3):
        sell(run)
    go(device, run)
    carriers = list(Pass.objects.order_by("pk").values_list("pk", flat=True))
    told = [
        {"seq": n, "carrier": carrier, "shown": "LIST", "offline": True, "let_in": True,
         "persons": 1, "post": run.zone}
        for n, carrier in enumerate(carriers, start=1)
    ]  # fmt: skip
    go(device, runs[1])

    first = device.scans(told)
    again = device.scans(told)

    assert [each["ok"] for each in first] == [True] * 3
    assert again == first
    assert GateScan.objects.filter(outcome=Outcome.COUNTED).count() == 3
    assert list(Voucher.objects.values_list("entries_used", flat=True)) == [1, 1, 1]


def test_a_scan_from_another_houses_post_is_kept_and_not_counted(device, run, sell):
    sell(run)
    go(device, run)
    carrier = Pass.objects.get().pk

    answer = device.scan(
        seq=1, carrier=carrier, offline=True, let_in=True, post="run:999999", shown="LIST"
    )

    assert answer["ok"] is True, "judged where the device stands"
    assert device.scan(seq=2, carrier=carrier, post="x" * 120)["reason"] == "already_used"


def test_a_rider_who_buys_now_is_in_the_next_change_with_a_seat(device, run, sell):
    go(device, run)
    head, _rows = bundle(device)
    order = sell(run)
    outbox.publish(at=clock.now())

    answer = device.ask(f"/gate/v1/changes?since={head['cursor']}")

    assert answer.status_code == 200, answer.content
    changed, rows = opened(answer.content)
    assert len(rows) == 1
    assert [one["seat"] for one in changed["people"].values()] == ["1"]
    assert order.code not in str(changed)


def test_its_departure_is_gone_it_is_back_where_it_chooses(device, run, runs, at):
    go(device, run)
    GateDevice.objects.update(post_key="run:0")

    about = device.ask("/gate/v1/beat", {"version": "x", "queue": 0, "cursor": 0}).json()

    assert about["post"] == f"runs:{run.line.organisation_id}"


def test_another_houses_home_is_not_its(device):
    stranger = OrganisationFactory()

    assert device.ask("/gate/v1/move", {"post": f"runs:{stranger.pk}"}).status_code == 404
