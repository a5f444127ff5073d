"""Scans arrive once each, in any order; what gates did alone is found when they speak again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.codes import operations as issuers
from bookings.gates import operations as gates
from bookings.gates.models import GateScan, Incident, Outcome
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason
from bookings.vouchers import operations as vouchers
from bookings.vouchers import saying
from bookings.vouchers.models import Pass, Redemption, TurnedAway, Voucher
from kernel.audit.models import Entry
from kernel.errors import NotFound
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.gates.conftest import NOON
from tests.bookings.vouchers.conftest import sell

pytestmark = pytest.mark.django_db


def alone(seq: int, carrier: Pass, **more):
    """What a gate says that was offline and let the holder in."""
    told = {"seq": seq, "text": carrier.short_code, "offline": True, "let_in": True}
    return told | {"at_ms": int(NOON.timestamp() * 1000)} | more


def test_a_gate_that_asks_is_told_who_comes_in(enrolled, carrier):
    answer = enrolled().scan(seq=1, text=carrier.short_code)

    assert (answer["seq"], answer["ok"], len(answer["people"])) == (1, True, 1)
    assert Redemption.objects.get().actor == GateScan.objects.get().device.actor
    assert GateScan.objects.get().outcome == Outcome.COUNTED


def test_a_gate_that_asks_is_told_why_not_in_both_languages(enrolled, carrier):
    device = enrolled()
    device.scan(seq=1, text=carrier.short_code)

    answer = device.scan(seq=2, text=carrier.short_code)

    assert (answer["ok"], answer["reason"]) == (False, "already_used")
    assert answer["words"]["en"].startswith("Used already")
    assert set(answer["words"]) == {"en", "zh-hans"}
    assert not Incident.objects.exists()


def test_the_same_scan_again_gets_the_same_answer_and_counts_once(enrolled, carrier):
    device = enrolled()

    answers = [device.scan(seq=1, text=carrier.short_code) for _time in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert (Redemption.objects.count(), GateScan.objects.count()) == (1, 1)


def test_a_scan_of_the_list_names_the_pass(enrolled, carrier):
    answer = enrolled().scan(seq=1, carrier=carrier.pk, shown="DOCUMENT")

    assert answer["ok"] is True
    assert GateScan.objects.get().shown == "DOCUMENT"


def test_what_a_gate_refused_alone_is_kept_and_uses_nothing(enrolled, carrier):
    enrolled().scans([alone(1, carrier, let_in=False, reason="stale")])

    scan = GateScan.objects.get()
    assert (scan.outcome, scan.reason, scan.is_offline) == (Outcome.REFUSED, "stale", True)
    assert Voucher.objects.get().entries_used == 0


def test_an_offline_scan_counts_at_the_moment_it_was_made(enrolled, carrier, now):
    device = enrolled()
    now["at"] = NOON + timedelta(hours=8)

    [answer] = device.scans([alone(1, carrier)])

    assert answer["ok"] is True
    assert Redemption.objects.get().at == NOON
    assert (GateScan.objects.get().at, GateScan.objects.get().received_at) == (NOON, now["at"])


def test_two_gates_alone_let_in_one_code_both_are_kept_one_counts_and_it_is_found(
    enrolled, carrier, doors
):
    """VCH-03, F62."""
    north, south = enrolled(0), enrolled(1)

    north.scans([alone(1, carrier)])
    south.scans([alone(1, carrier)])

    incident = Incident.objects.get()
    assert GateScan.objects.count() == 2
    assert Redemption.objects.count() == Voucher.objects.get().entries_used == 1
    assert (incident.scan.device_id, incident.earlier.device_id) == (south.pk, north.pk)
    assert (incident.reason, incident.carrier) == ("already_used", carrier)
    assert Event.objects.filter(name="bookings.gate.incident-opened").count() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_it_is_found_whoever_speaks_first(enrolled, carrier, order):
    gates_there = [enrolled(0), enrolled(1)]

    for door in order:
        gates_there[door].scans([alone(1, carrier)])

    assert Incident.objects.get().scan.device_id == gates_there[order[1]].pk


def test_a_ticket_cancelled_meanwhile_is_an_incident_and_not_lost(enrolled, carrier, at):
    """F65."""
    line = carrier.order.lines.get()
    device = enrolled()
    cancel(carrier.order, at)

    device.scans([alone(1, carrier)])

    incident = Incident.objects.get()
    assert incident.reason == "voided"
    assert GateScan.objects.get().outcome == Outcome.UNCOUNTED
    assert line.pk == Voucher.objects.get().line_id
    assert not Redemption.objects.exists()


def test_a_no_that_did_not_arrive_and_a_gate_that_went_on_alone_is_found(enrolled, carrier):
    north, south = enrolled(0), enrolled(1)
    south.scan(seq=1, text=carrier.short_code)
    assert north.scan(seq=1, text=carrier.short_code)["ok"] is False

    north.scans([alone(1, carrier)])

    assert GateScan.objects.get(device=north.pk).outcome == Outcome.UNCOUNTED
    assert Incident.objects.get().scan.device_id == north.pk


def test_a_yes_that_did_not_arrive_counts_once(enrolled, carrier):
    device = enrolled()
    device.scan(seq=1, text=carrier.short_code)

    [answer] = device.scans([alone(1, carrier)])

    assert answer["ok"] is True
    assert Redemption.objects.count() == 1
    assert not Incident.objects.exists()


def test_the_desk_looks_at_an_incident_once_and_says_what_it_did(enrolled, carrier, doors):
    north, south = enrolled(0), enrolled(1)
    north.scans([alone(1, carrier)])
    south.scans([alone(1, carrier)])
    incident = Incident.objects.get()
    look = {
        "incident_id": incident.pk, "organisation_ids": [doors[0].organisation_id],
        "actor": "user:9", "at": NOON,
    }  # fmt: skip

    with pytest.raises(gates.NoteMissing):
        gates.close(**look, note="  ")
    with pytest.raises(NotFound):
        gates.close(**look | {"organisation_ids": [0]}, note="x")
    assert Incident.objects.get().closed_at is None
    gates.close(**look, note="Sold a ticket")
    gates.close(**look | {"actor": "user:8"}, note="again")

    incident.refresh_from_db()
    assert (incident.closed_by, incident.note) == ("user:9", "Sold a ticket")
    assert Entry.objects.filter(action="gates.incident.closed").count() == 1


def test_how_far_scans_have_come_is_known_without_gaps(enrolled, carrier):
    device = enrolled()
    refused = {"text": "QQQQQQQQQQ", "offline": True, "let_in": False, "reason": "unknown_code"}

    device.scans([{"seq": seq, **refused} for seq in (1, 2, 5)])
    assert device.row.synced == 2
    device.scans([{"seq": seq, **refused} for seq in (4, 3)])

    assert device.row.synced == 5


@pytest.fixture
def two_gates(enrolled):
    return [enrolled(0), enrolled(1)]


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_whatever_the_order_and_however_often_a_batch_comes_the_end_is_the_same(
    data, two_gates, shop, sellers, at
):
    """Replays are harmless: each code counts once, each surplus is found once."""
    carriers = [Pass.objects.get(order=sell(shop, at)) for _person in range(2)]
    first = GateScan.objects.count() + 1
    told = [
        (device, alone(seq, carrier))
        for device in two_gates
        for seq, carrier in enumerate(carriers, first)
    ]

    for device, scan in data.draw(st.permutations(told + told[::2])):
        device.scans([scan])

    ours = [carrier.pk for carrier in carriers]
    assert GateScan.objects.filter(carrier_id__in=ours).count() == 4
    assert Redemption.objects.filter(voucher__carrier__in=ours).count() == 2
    assert Incident.objects.filter(carrier__in=ours).count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"seq": 0}, {"seq": -1}, {"seq": 2**60}, {"persons": 0}, {"persons": 10**9},
        {"direction": "UP"}, {"shown": "MAGIC"}, {"text": "A" * 5000}, {"at_ms": -1},
        {"carrier": -5}, {"seq": "1"}, {"seq": 1.5},
    ],
)  # fmt: skip
def test_what_no_gate_would_say_is_refused_whole(enrolled, carrier, wrong):
    device = enrolled()
    good = {"seq": 1, "at_ms": 1, "text": carrier.short_code}

    answer = device.ask("/gate/v1/scans", {"scans": [good, good | {"seq": 2} | wrong]})

    assert answer.status_code == 400
    assert not GateScan.objects.exists()
    assert not Redemption.objects.exists()


def test_what_is_barred_opens_nothing_at_the_staffs_page_either(enrolled, doors, carrier):
    for device in (enrolled(0), enrolled(1)):
        device.scans([alone(1, carrier)])
    Voucher.objects.update(entries_allowed=3, state="ACTIVE")
    at_page = vouchers.Scan(doors[0], "user:1", "request-1", NOON, text=carrier.short_code)

    [barred] = vouchers.redeem_many([at_page], at=NOON)
    [late] = vouchers.redeem_many(
        [replace(at_page, request_key="request-2", is_offline=True)], at=NOON
    )
    Incident.objects.update(closed_at=NOON, closed_by="user:1", note="seen")
    [seen] = vouchers.redeem_many([replace(at_page, request_key="request-3")], at=NOON)

    assert isinstance(barred, vouchers.Barred)
    assert TurnedAway.objects.filter(reason="barred").count() == 1
    assert [len(done.vouchers) for done in (late, seen)] == [1, 1]
    assert Redemption.objects.count() == 3


def test_a_signed_code_counts_as_a_typed_one(enrolled, carrier):
    [text] = issuers.sign(saying.static([carrier], at=NOON), at=NOON)

    assert enrolled().scan(seq=1, text=text)["ok"] is True
    assert not TurnedAway.objects.exists()


def cancel(order, at) -> None:
    """Give an order back as its buyer would."""
    line = order.lines.get()
    parts = {line.pk: [part.key for part in line.open_parts]}
    shown_fen = refunds.quote(order=order, parts=parts, at=at).refund_fen
    refunds.cancel(
        order=order, parts=parts, shown_fen=shown_fen, actor=order.actor,
        reason=Reason.BUYER, at=at,
    )  # fmt: skip
    outbox.drain(at=at)
