"""The evening report of a stop: everybody accounted for, and its money the ledger's."""

from __future__ import annotations

import csv
import io
from datetime import time

import pytest
from django.db.models import Sum
from django.urls import reverse

from bookings.balance.models import Credit
from bookings.ledger.models import Posting
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from kernel import clock
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, TouristFactory, UserFactory
from tests.factories.tourism import CablewayFactory, ProductFactory, slot_on
from tests.tourism.conftest import VISIT
from tests.tourism.tickets.test_following import open_again, shut
from tests.tourism.tickets.test_stops import hours, local, ride, row_of  # noqa: F401
from tests.tourism.tickets.test_vouchers_instead import sell_paid
from tourism.crowd import operations as crowd
from tourism.crowd.models import Stop
from tourism.tickets import operations as tickets
from tourism.tickets import stop_report
from tourism.tickets.models import Choice, StoppedLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(ride):  # noqa: F811
    """Somebody at the desk of the operator, signed in with a second factor."""
    return enter(MembershipFactory(organisation=ride.area.organisation, role="OPERATOR").user)


@pytest.fixture
def evening(ride, hours, monkeypatch) -> Stop:  # noqa: F811
    """Six parties: money, a voucher, another time, waiting, silence until six hours, silence still."""
    buyers = [TouristFactory() for _party in range(6)]
    lines = [
        sell_paid(hours[2], *range(10 * n + 1, 10 * n + 2 + n % 2), actor=buyer.actor)
        for n, buyer in enumerate(buyers)
    ]
    made = shut(ride, local(ride, 11), lift=ride.cableway)
    other = slot_on(ride, VISIT.replace(day=VISIT.day + 1), time(9))
    money, voucher, move, wait, late, _silent = (row_of(line) for line in lines)
    tickets.choose(row=money, choice=Choice.REFUND, at=local(ride, 11, 5))
    tickets.choose(row=voucher, choice=Choice.CREDIT, owner=buyers[1].actor, at=local(ride, 11, 10))
    tickets.choose(row=move, choice=Choice.MOVE, slot_id=other.pk, at=local(ride, 11, 20))
    tickets.choose(row=wait, choice=Choice.WAIT, at=local(ride, 11, 40))
    StoppedLine.objects.filter(pk=late.pk).update(decide_by=local(ride, 12))
    tickets.end_stops(at=local(ride, 12))
    monkeypatch.setattr(clock, "now", lambda: local(ride, 12, 30))
    return made


def report(stop: Stop) -> stop_report.Report:
    return stop_report.report_of(stop_report.get_stop(stop.pk, stop.area))


def test_it_has_everybody_by_what_they_chose(evening):
    found = report(evening)

    assert (len(found.tickets), found.people) == (6, 9)
    assert [(row.choice, row.tickets, row.people, row.fen) for row in found.by_choice] == [
        (Choice.REFUND, 2, 2, 16_000), (Choice.CREDIT, 1, 2, 16_000), (Choice.MOVE, 1, 1, 0),
        (Choice.WAIT, 1, 2, 0), (Choice.OPEN, 1, 2, 0),
    ]  # fmt: skip
    assert [ticket.choice for ticket in found.silent] == [Choice.OPEN]


def test_it_says_when_they_answered_and_silence_is_no_answer(evening, ride):  # noqa: F811
    found = report(evening)

    assert found.answered_at == [local(ride, 11, minute) for minute in (5, 10, 20, 40)]
    assert found.usual_minutes == 10


def test_its_money_is_the_ledgers(evening):
    found = report(evening)

    refunded = Posting.objects.filter(
        entry__key__in=[f"refund:{refund.pk}" for refund in Refund.objects.all()],
        account__startswith="buyer:",
    ).aggregate(fen=Sum("amount_fen"))["fen"]
    credited = -Posting.objects.filter(
        entry__key__startswith="credited:", account__startswith="balance:"
    ).aggregate(fen=Sum("amount_fen"))["fen"]
    bonus = Posting.objects.filter(account="bonus-given:0").aggregate(fen=Sum("amount_fen"))["fen"]
    assert found.refunded_fen + found.credited_fen == refunded == 32_000
    assert found.credited_fen == credited == 16_000
    assert found.bonus_fen == bonus == 1_600


def test_money_is_not_arrived_until_the_payment_service_says_so(evening):
    assert report(evening).not_arrived_fen == 16_000

    Refund.objects.filter(reason="OPERATOR").update(state="DONE", done_at=clock.now())

    assert report(evening).not_arrived_fen == 0


def test_what_was_cancelled_before_the_choice_is_not_the_stops(ride, hours):  # noqa: F811
    buyer = TouristFactory()
    line = sell_paid(hours[2], 1, 2, actor=buyer.actor)
    stop = shut(ride, local(ride, 11), lift=ride.cableway)
    quoted = refunds.quote(order=line.order, parts={line.pk: ["p1"]}, at=local(ride, 11, 1))
    refunds.cancel(
        order=line.order, parts={line.pk: ["p1"]}, shown_fen=quoted.refund_fen,
        actor=buyer.actor, reason="BUYER", at=local(ride, 11, 1),
    )  # fmt: skip

    tickets.choose(row=row_of(line), choice=Choice.REFUND, at=local(ride, 11, 5))

    assert report(stop).refunded_fen == 8_000


def test_it_runs_again_and_who_waited_is_served(evening, ride):  # noqa: F811
    open_again(evening, local(ride, 12, 20))

    rows = {row.choice: row.tickets for row in report(evening).by_choice}
    assert Choice.WAIT not in rows
    assert rows[Choice.MOVE] == 2


def test_the_page_shows_it_and_names_nobody(evening, desk, ride):  # noqa: F811
    html = desk.get(reverse("areas:stop-report", args=[ride.area_id, evening.pk])).content.decode()

    for words in ("Strong", "Wind", "¥160", "a voucher of 10 % more", "Half of them came within"):
        assert (words in html) == (words != "Strong")
    assert html.count("<meter") == 5
    assert StoppedLine.objects.filter(choice=Choice.OPEN).get().line.order.code in html
    assert "Person" not in html
    assert "***" not in html


def test_the_table_adds_up(evening, desk, ride):  # noqa: F811
    answer = desk.get(reverse("areas:stop-table", args=[ride.area_id, evening.pk]))

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Disposition"] == f'attachment; filename="stop-{evening.pk}.csv"'
    assert len(rows) == 8
    for column in (3, 8, 9, 10):
        assert sum(int(row[column]) for row in rows[1:-1]) == int(rows[-1][column])
    assert [int(rows[-1][column]) for column in (3, 8, 9, 10)] == [9, 16_000, 16_000, 1_600]


def test_the_board_links_to_it(evening, desk, ride):  # noqa: F811
    html = desk.get(reverse("crowd:board", args=[ride.area_id])).content.decode()

    assert reverse("areas:stop-report", args=[ride.area_id, evening.pk]) in html


def test_of_another_area_and_what_was_undone_there_is_none(evening, desk, ride):  # noqa: F811
    elsewhere = ProductFactory().area
    undone = crowd.stop(
        crowd.Wanted(
            area=ride.area, starts_at=clock.now(), until=None, reason_zh="错", reason_en="Wrong",
            cableway=CablewayFactory(area=ride.area),
        ),
        actor="user:1", at=clock.now(),
    )  # fmt: skip
    crowd.undo(stop_id=undone.pk, actor="user:1", at=clock.now())

    for area, stop in ((elsewhere.pk, evening.pk), (ride.area_id, undone.pk)):
        assert desk.get(reverse("areas:stop-report", args=[area, stop])).status_code == 404


def test_it_takes_four_statements_however_many_tickets(evening, django_assert_num_queries):
    assert Credit.objects.count() == 1
    with django_assert_num_queries(4):
        stop_report.report_of(evening)


def test_a_stop_that_met_nobody_says_so(ride, desk):  # noqa: F811
    stop = shut(ride, local(ride, 11), lift=ride.cableway)

    html = desk.get(reverse("areas:stop-report", args=[ride.area_id, stop.pk])).content.decode()

    assert "Nobody had booked" in html


def test_the_curve_ends_now_and_not_in_the_future(evening, ride):  # noqa: F811
    """Four of six have answered by 11:40; at 11:45 nobody knows of 11:50."""
    found = report(evening)

    early, marks = stop_report.curve(found, at=local(ride, 11, 5))
    late, _hours = stop_report.curve(found, at=local(ride, 12, 30))

    assert int(early.split()[-1].split(",")[0]) < stop_report.WIDTH
    assert int(late.split()[-1].split(",")[0]) == stop_report.WIDTH
    assert marks[0][1] == 0


def test_the_back_office_names_what_is_suspended_and_its_own_time(evening, ride):  # noqa: F811
    user = UserFactory(is_staff=True, login_name="office")
    MembershipFactory(user=user, organisation=ride.area.organisation, role="ADMIN")
    browser = enter(user)
    page = browser.get(reverse("admin:tourism_tickets_suspension_changelist")).content.decode()
    tickets_page = browser.get(
        reverse("admin:tourism_tickets_stoppedline_changelist")
    ).content.decode()

    for html in (page, tickets_page):
        assert ride.cableway.name in html
        assert ride.cableway.zone not in html
    assert "11:00" in tickets_page
    assert "03:00" not in tickets_page
