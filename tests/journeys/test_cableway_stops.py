"""Journey 5: wind; the cableway stops at eleven and runs again at half past one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Sum

from accounts.messages import channels
from accounts.messages.models import Message
from bookings.gates import operations as gates
from bookings.gates.models import Alone, GateScan, Incident
from bookings.ledger.models import Posting
from bookings.orders.models import Order
from bookings.refunds.models import Refund, RefundState
from bookings.vouchers.models import Pass
from kernel import invariants
from kernel.audit.models import Entry
from tests.accounts.messages.conftest import Box
from tests.bookings.gates.conftest import Device
from tests.bookings.payments.conftest import party  # noqa: F401 - a fixture
from tests.journeys.windy import RIDE_FEN, Buyer, Desk, Mountain
from tourism.crowd.models import Stop, StopState
from tourism.tickets.models import Choice, Slot, StoppedLine, Suspension

pytestmark = pytest.mark.django_db


@pytest.fixture
def mountain(db, party, monkeypatch) -> Mountain:  # noqa: F811
    return Mountain(monkeypatch, party)


@pytest.fixture
def desk(mountain) -> Desk:
    return Desk(mountain)


def lift(mountain) -> str:
    return f"lift:{mountain.lift.pk}"


def told(buyer: Buyer) -> Message:
    return Message.objects.get(kind="bookings.news.stopped", user_id=buyer.user.pk)


class TestTheWholeDay:
    """Six parties have rides still to come; one is up there and rides down later, one has ridden."""

    @pytest.fixture
    def parties(self, mountain) -> dict[str, Buyer]:
        hours = mountain.rides
        made = {
            "money": mountain.buys(hours[11]),
            "move": mountain.buys(hours[12], people=2),
            "voucher": mountain.buys(hours[12]),
            "first": mountain.buys(hours[11], people=3),
            "second": mountain.buys(hours[12]),
            "silent": mountain.buys(hours[11]),
            "above": mountain.buys(mountain.entry, hours[10], mountain.rides_down[15], people=2),
            "rode": mountain.buys(mountain.entry, hours[10]),
        }
        mountain.until(9, 30)
        for name in ("above", "rode"):
            mountain.passes(made[name], mountain.area.zone, "front")
        mountain.until(10, 10)
        for name in ("above", "rode"):
            mountain.rides_up(made[name])
        mountain.until(11)
        return made

    def test_everybody_has_an_answer(self, mountain, desk, parties):
        stop = self.shut(mountain, desk, parties)
        self.all_are_told(mountain, parties)
        self.they_choose(mountain, parties)
        self.it_runs_again(mountain, desk, parties, stop)
        self.evening(mountain, desk, parties, stop)

    def shut(self, mountain, desk, parties) -> Stop:
        """Looked at first, then shown and not sold at once."""
        seen = desk.looks(lift(mountain))["preview"]
        assert (seen.people, seen.still_in) == (11, 3)
        assert not Stop.objects.exists()
        stop = desk.shuts(lift(mountain))
        area = f"/en/{mountain.region.slug}/areas/{mountain.area.slug}/"
        for page in (area, f"/en/{mountain.region.slug}/live/"):
            assert "shut since 11:00: Wind" in desk.browser.get(page).text
        assert not StoppedLine.objects.exists()
        return stop

    def all_are_told(self, mountain, parties) -> None:
        """Within a minute of the minute in which it could be undone; who has ridden is not asked."""
        mountain.until(11, 1)
        met = [buyer for name, buyer in parties.items() if name != "rode"]
        begun = Suspension.objects.get().created_at
        assert all(told(buyer).created_at - begun <= timedelta(seconds=60) for buyer in met)
        assert not Message.objects.filter(
            kind="bookings.news.stopped", user_id=parties["rode"].user.pk
        ).exists()
        assert sum(len(row.part_keys) for row in StoppedLine.objects.all()) == 11
        assert "It stands still" in parties["money"].order_page()

    def they_choose(self, mountain, parties) -> None:
        mountain.until(11, 20)
        page = parties["money"].page()
        assert all(f'value="{choice}"' in page for choice in ("REFUND", "CREDIT", "MOVE", "WAIT"))
        assert "Your money is on its way back." in parties["money"].chooses("REFUND")
        parties["move"].chooses("MOVE", mountain.tomorrow.pk)
        parties["voucher"].chooses("CREDIT")
        for name in ("first", "second"):
            assert "You wait in the line." in parties[name].chooses("WAIT")
        assert parties["move"].line().ref == str(mountain.tomorrow.pk)
        assert "¥88" in parties["voucher"].reads("balance:show")

    def it_runs_again(self, mountain, desk, parties, stop) -> None:
        """Who waited gets the next time with room in the order of saying so; all is sold again."""
        mountain.until(13, 30)
        desk.does("reopen", stop)
        assert [parties[name].row().choice for name in ("first", "second", "silent")] == [
            Choice.MOVE, Choice.MOVE, Choice.OPEN,
        ]  # fmt: skip
        assert parties["first"].line().ref == str(mountain.rides[13].pk)
        assert parties["above"].row().choice == Choice.KEPT
        assert not Slot.objects.filter(is_open=False, ends_at__gt=mountain.now).exists()
        mountain.rides_up(parties["first"])

    def evening(self, mountain, desk, parties, stop) -> None:
        """Silence is money after six hours; the report adds up; nobody is counted up there."""
        mountain.until(15, 20)
        mountain.passes(parties["above"], mountain.lift.zone, mountain.lift.to_place.slug)
        mountain.until(17, 2)
        for name in ("above", "rode"):
            mountain.passes(parties[name], mountain.area.zone, "front", "OUT")
        mountain.until(19)
        assert mountain.still_in() == 0

        rows = {row.choice: row.people for row in desk.report(stop).by_choice}
        assert rows == {Choice.REFUND: 2, Choice.CREDIT: 1, Choice.MOVE: 6, Choice.KEPT: 2}
        assert sum(rows.values()) == 11
        assert StoppedLine.objects.filter(ended_at__isnull=True).count() == 0
        assert [refund.amount_fen for refund in Refund.objects.filter(reason="OPERATOR")] == [
            RIDE_FEN, RIDE_FEN,
        ]  # fmt: skip
        sums = Posting.objects.values("currency").annotate(fen=Sum("amount_fen"))
        assert {row["fen"] for row in sums} == {0}
        assert invariants.check_all(at=mountain.now) == []


def test_the_payment_service_has_no_money_for_some(mountain, desk):
    """What went is said to have gone, what did not waits for a person, in a queue of its own."""
    good = [mountain.buys(mountain.rides[12]) for _party in range(2)]
    bad = [mountain.buys(mountain.rides[12], later="refund_fails") for _party in range(2)]
    mountain.until(11)
    desk.shuts(lift(mountain))
    mountain.until(11, 1)

    for buyer in (*good, *bad):
        buyer.chooses("REFUND")

    states = [Refund.objects.get(order=buyer.order).state for buyer in (*good, *bad)]
    assert states == [RefundState.DONE] * 2 + [RefundState.FAILED] * 2
    assert "Money returned" in good[0].order_page()
    assert "Money returned" not in bad[0].order_page()
    assert "a person is taking care of it" in bad[0].order_page()
    assert Refund.objects.filter(state=RefundState.FAILED).exclude(why="").count() == 2


def test_a_gate_without_network_lets_somebody_in_whose_ride_was_given_back(mountain, desk):
    """Both are kept: the scan is an incident, the money is gone once, and nothing is lost."""
    buyer = mountain.buys(mountain.rides[11])
    device = Device()
    post = mountain.post(mountain.lift.zone, mountain.lift.from_place.slug)
    code = gates.invite(post=post, alone=Alone.ANY, actor="user:1", at=mountain.now)
    assert device.enrol(code).status_code == 201
    mountain.until(11)
    desk.shuts(lift(mountain))
    mountain.until(11, 1)
    buyer.chooses("REFUND")
    carrier = Pass.objects.get(order=buyer.order)
    told_ms = int(mountain.at(11, 5).timestamp() * 1000)

    mountain.until(12, 30)
    scan = {"seq": 1, "text": carrier.short_code, "offline": True, "let_in": True, "at_ms": told_ms}
    device.scans([scan])
    device.scans([scan])

    assert GateScan.objects.get().at == mountain.at(11, 5)
    assert (Incident.objects.get().carrier, Incident.objects.get().reason) == (carrier, "voided")
    assert [refund.amount_fen for refund in Refund.objects.all()] == [RIDE_FEN]


def test_text_messages_do_not_go_out(mountain, desk, monkeypatch):
    """Word is on the site at once and asks on the order's page; what did not go is tried again."""
    sms = Box("SMS")
    sms.failures = 99
    monkeypatch.setattr(channels, "_channels", {"SMS": sms})
    buyer = mountain.buys(mountain.rides[12])
    mountain.until(11)
    desk.shuts(lift(mountain))

    mountain.until(11, 1)

    assert sms.letters == []
    assert f"/stopped/{buyer.row().line_id}/" in buyer.order_page()
    assert f"暂停：{mountain.lift.name_zh}" in buyer.reads("messages:inbox")
    sms.failures = 0
    mountain.until(11, 30)
    assert len([letter for letter in sms.letters if "/stopped/" in letter.link]) == 1


@pytest.mark.parametrize("order", [("REFUND", "CREDIT"), ("CREDIT", "REFUND")])
def test_voucher_and_money_from_two_tabs(mountain, desk, order):
    """One choice a ticket: the second is refused, whichever it is."""
    buyer = mountain.buys(mountain.rides[12])
    mountain.until(11)
    desk.shuts(lift(mountain))
    mountain.until(11, 1)

    first, second = (buyer.chooses(choice) for choice in order)

    assert "q-alert--error" not in first
    assert "q-alert--error" in second
    assert (buyer.row().choice, Refund.objects.count()) == (order[0], 1)
    assert Refund.objects.get().amount_fen == RIDE_FEN


class TestTheWrongThingIsShut:
    def test_numbers_and_names_are_seen_and_a_minute_undoes_it(self, mountain, desk):
        buyer = mountain.buys(mountain.rides[12], people=2)
        mountain.until(11)
        seen = desk.looks("area")["preview"]
        assert (seen.people, seen.names) == (2, ("游**", "游**"))
        stop = desk.shuts("area")

        mountain.until(11, 0, 50)
        desk.does("undo", stop)

        mountain.until(11, 5)
        stop.refresh_from_db()
        assert stop.state == StopState.UNDONE
        assert not StoppedLine.objects.exists()
        assert not Message.objects.filter(kind="bookings.news.stopped").exists()
        assert "stands still" not in buyer.order_page()
        assert Entry.objects.filter(subject=f"stop:{stop.pk}").count() == 2

    def test_where_many_are_met_somebody_else_must_confirm(self, mountain, desk):
        mountain.watch.confirm_above = 1
        mountain.watch.save()
        mountain.buys(mountain.rides[12], people=2)
        mountain.until(11)
        stop = desk.shuts(lift(mountain))

        desk.does("confirm", stop)
        mountain.until(11, 5)
        assert not StoppedLine.objects.exists()
        Desk(mountain).does("confirm", stop)
        mountain.until(11, 6)

        assert StoppedLine.objects.count() == 1
        assert Order.objects.count() == 1
