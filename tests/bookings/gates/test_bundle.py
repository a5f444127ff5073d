"""What a gate carries: signed, of today, without a name or a number, and soon true again."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bookings.codes import operations as issuers
from bookings.codes import queries as keys
from bookings.gates import bundle, tags
from bookings.gates.models import Incident
from bookings.orders.models import Line
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass
from kernel.outbox import operations as outbox
from tests.bookings.gates.conftest import NOON, opened
from tests.bookings.gates.test_scans import alone, cancel
from tests.bookings.vouchers.conftest import sell

pytestmark = pytest.mark.django_db
SERIAL, SEQUENCE, FLAGS, USED, FROM, UNTIL = 0, 4, 6, 9, 14, 15


def whole(device) -> bytes:
    answer = device.ask("/gate/v1/bundle")
    assert answer.status_code == 200
    return answer.content


def changed(device, since: int):
    return opened(device.ask(f"/gate/v1/changes?since={since}").content)


def test_it_lists_todays_rights_by_the_hash_of_their_serial(enrolled, carrier):
    head, rows = opened(whole(enrolled()))

    [row] = rows
    assert row[SERIAL] == tags.serial_hash(carrier.serial.bytes)
    assert head["rows"] == 1
    assert (head["post"], head["zones"], head["day"]) == (
        "plain:1@north",
        ["plain:1"],
        "2026-10-04",
    )


def test_another_day_is_another_list(enrolled, carrier, now):
    device = enrolled()
    now["at"] = NOON + timedelta(days=1)

    assert opened(whole(device))[1] == []


def test_the_issuer_has_signed_it(enrolled, carrier):
    raw = whole(enrolled())

    body, kid, signature = raw[:-68], raw[-68:-64], raw[-64:]
    public = Ed25519PublicKey.from_public_bytes(keys.public_keys()[kid])
    public.verify(signature, b"quanyu list 1\0" + hashlib.sha256(body).digest())


def test_it_holds_no_serial_no_code_and_no_key_of_the_tags(enrolled, carrier):
    device = enrolled()
    raw = whole(device)

    key = device.ask("/gate/v1/beat", {"version": "", "queue": 0, "cursor": 0}).json()["tag_key"]
    assert carrier.serial.bytes not in raw
    assert carrier.short_code.encode() not in raw
    assert key.encode() not in raw


def test_a_cancellation_reaches_a_gate_by_its_cursor(enrolled, carrier, at):
    outbox.relay(at=at)
    device = enrolled()
    head, [before] = opened(whole(device))
    cancel(carrier.order, at)

    later, [after] = changed(device, head["cursor"])

    assert (before[FLAGS] & bundle.VOID, after[FLAGS] & bundle.VOID) == (0, bundle.VOID)
    assert later["since"] == head["cursor"] < later["cursor"]
    assert changed(device, later["cursor"])[1] == []


def test_what_is_sold_and_what_is_used_reaches_it_too(enrolled, shop, sellers, at, carrier):
    outbox.relay(at=at)
    north, south = enrolled(0), enrolled(1)
    head, _rows = opened(whole(north))
    new = Pass.objects.get(order=sell(shop, at))
    south.scan(seq=1, text=carrier.short_code)
    outbox.relay(at=at)

    later, rows = changed(north, head["cursor"])

    used = {row[SERIAL]: row[USED] for row in rows}
    assert used == {
        tags.serial_hash(new.serial.bytes): 0, tags.serial_hash(carrier.serial.bytes): 1,
    }  # fmt: skip
    assert later["changed"] == sorted(serial.hex() for serial in used)


def test_another_time_and_a_new_sequence_reach_it_too(enrolled, carrier, at):
    outbox.relay(at=at)
    device = enrolled()
    head, [before] = opened(whole(device))
    line = carrier.vouchers.get().line
    opens_at, closes_at = NOON - timedelta(minutes=5), NOON + timedelta(minutes=5)
    vouchers.move(line=line, opens_at=opens_at, closes_at=closes_at, at=at)
    outbox.relay(at=at)
    moved_head, [moved] = changed(device, head["cursor"])
    issuers.replace(serial=carrier.serial, last_day=carrier.last_day, actor="user:1", at=at)
    outbox.relay(at=at)
    _head, [replaced] = changed(device, moved_head["cursor"])

    times = [int(moment.timestamp()) for moment in (opens_at, closes_at)]
    assert list(before[FROM : UNTIL + 1]) != times
    assert list(moved[FROM : UNTIL + 1]) == times
    assert [row[SEQUENCE] for row in (before, moved, replaced)] == [0, 0, 1]


def test_a_right_that_went_to_another_zone_leaves_the_list(enrolled, carrier, at):
    outbox.relay(at=at)
    device = enrolled()
    head, [_before] = opened(whole(device))
    line = carrier.vouchers.get().line

    vouchers.move(
        line=line, opens_at=line.starts_at, closes_at=line.ends_at, at=at, zone="plain:elsewhere"
    )
    outbox.relay(at=at)

    later, rows = changed(device, head["cursor"])
    assert rows == []
    assert later["changed"] == [tags.serial_hash(carrier.serial.bytes).hex()]
    assert opened(whole(device))[1] == []


def test_what_was_replaced_or_moved_away_is_dead_though_on_no_list(
    enrolled, carrier, shop, sellers, at
):
    """A pass without a right here today, and one whose right is of another day now."""
    elsewhere, moved = (Pass.objects.get(order=sell(shop, at)) for _pass in range(2))
    elsewhere.vouchers.update(zone="plain:elsewhere")
    issuers.replace(serial=elsewhere.serial, last_day=elsewhere.last_day, actor="user:1", at=at)
    issuers.replace(serial=carrier.serial, last_day=carrier.last_day, actor="user:1", at=at)
    line = moved.vouchers.get().line
    Line.objects.filter(pk=line.pk).update(moved_from=line.starts_at, moved_at=at)
    day = timedelta(days=1)
    vouchers.move(line=line, opens_at=line.starts_at + day, closes_at=line.ends_at + day, at=at)

    head, rows = opened(whole(enrolled()))

    assert [(row[SERIAL], row[SEQUENCE]) for row in rows] == [
        (tags.serial_hash(carrier.serial.bytes), 1)
    ]
    assert head["dead"] == {
        tags.serial_hash(elsewhere.serial.bytes).hex(): 1,
        tags.serial_hash(moved.serial.bytes).hex(): 65_536,
    }


def test_a_pass_with_an_open_incident_is_barred_until_somebody_has_looked(enrolled, carrier, at):
    outbox.relay(at=at)
    north, south = enrolled(0), enrolled(1)
    head, _rows = opened(whole(north))
    for device in (north, south):
        device.scans([alone(1, carrier)])
    outbox.relay(at=at)

    _head, [row] = changed(north, head["cursor"])
    Incident.objects.update(closed_at=NOON, closed_by="user:1", note="seen")

    assert row[FLAGS] & bundle.BARRED
    assert not opened(whole(north))[1][0][FLAGS] & bundle.BARRED


def test_it_hears_of_a_pass_whose_name_was_put_right(enrolled, carrier, at):
    north = enrolled()
    head, _rows = opened(whole(north))
    outbox.record(
        name="bookings.pass.corrected", key="corrected:1", facts={"pass_id": carrier.pk}, at=at
    )
    outbox.relay(at=at)

    _head, [row] = changed(north, head["cursor"])

    assert row[SERIAL] == tags.serial_hash(carrier.serial.bytes)


def test_a_gate_that_lags_too_far_loads_everything(enrolled, carrier, at, monkeypatch):
    outbox.relay(at=at)
    monkeypatch.setattr("bookings.gates.queries.rights.MOST_EVENTS", 1)

    answer = enrolled().ask("/gate/v1/changes?since=0")

    assert (answer.status_code, answer.content) == (205, b"")


def test_a_hundred_thousand_rights_are_small(enrolled, carrier):
    head, _rows = opened(whole(enrolled()))
    text = len(json.dumps(head).encode())

    assert bundle.ROW.size * 100_000 + text <= 8_000_000


@pytest.mark.parametrize("since", ["", "-1", "x", "１", "9" * 40])
def test_an_unreadable_cursor_is_refused(enrolled, since):
    assert enrolled().ask(f"/gate/v1/changes?since={since}").status_code in (400, 401)


def test_many_numbers_fit_a_documents_tag():
    key = bytes(32)
    made = {tags.document_tag(key, f"{number:018d}") for number in range(2_000)}

    assert all(1 <= tag <= 2**28 for tag in made)
    assert tags.document_tag(key, "11010519491231002x") == tags.document_tag(
        key, "110105 1949-1231 002X"
    )
