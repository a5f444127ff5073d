"""Operators' hands on lines: actions call operations, fields never move state or counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.messages.models import Message
from accounts.organisations.models import Role
from kernel import clock
from kernel.audit.models import Entry
from kernel.money import yuan
from kernel.outbox import operations as outbox
from tests import cast
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.kernel import PlaceFactory, RegionFactory
from tests.factories.transport import shuttle_line
from tests.publishing import is_asked, publish, send_again
from tests.transport.lines.conftest import AT, DAY
from transport.lines import operations as lines
from transport.lines.models import (
    AffectedRide,
    Disruption,
    FareRule,
    GroupFare,
    Pattern,
    PatternStop,
    Run,
    RunState,
    ShuttleLine,
    TimetableTrip,
)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def desk_for(line: ShuttleLine) -> Client:
    user = UserFactory(login_name=f"desk-{line.pk}", is_staff=True)
    MembershipFactory(user=user, organisation=line.organisation, role=Role.OPERATOR)
    return cast.enter(user)


@pytest.fixture
def desk(line) -> Client:
    return desk_for(line)


def line_form(line: ShuttleLine, **changes: object) -> dict[str, object]:
    """The form of a line as its page would send it."""
    form: dict[str, object] = {
        "name_zh": line.name_zh, "name_en": line.name_en, "kind": line.kind, "is_bookable": "on",
        "mode": line.mode, "standing": 0, "changes": 1, "relief_from": 10,
        "lap_places": 0, "lap_fee_fen": "0", "luggage_places": 0, "luggage_fee_fen": "0",
        "choice_from_min": 30,
        "moved_along_min": 30,
        "first_month": 1, "last_month": 12, "seats": 50, "ride_min": 40,
        "metres": 14_000, "refund_ladder_hours": ["2", "0"],
        "refund_ladder_percent": ["100", "80"], "refund_words_zh": "x", "is_open": "on",
        "transfers": 1, "transfer_days": 1,
        "exceptions-TOTAL_FORMS": 0, "exceptions-INITIAL_FORMS": 0,
        "fare_rules-TOTAL_FORMS": 0, "fare_rules-INITIAL_FORMS": 0,
        "group_fares-TOTAL_FORMS": 0, "group_fares-INITIAL_FORMS": 0,
    }  # fmt: skip
    return form | changes


def pattern_form(pattern: Pattern, **changes: object) -> dict[str, object]:
    """The form of a stop pattern as its page would send it."""
    stops = list(pattern.stops.order_by("seq"))
    form: dict[str, object] = {
        "direction": pattern.direction, "headsign_zh": "", "headsign_en": "",
        "stops-TOTAL_FORMS": len(stops), "stops-INITIAL_FORMS": len(stops),
    }  # fmt: skip
    for number, stop in enumerate(stops):
        form |= {
            f"stops-{number}-id": stop.pk, f"stops-{number}-pattern": pattern.pk,
            f"stops-{number}-arrives_s": stop.arrives_s // 60,
            f"stops-{number}-departs_s": stop.departs_s // 60,
            f"stops-{number}-metres": stop.metres, f"stops-{number}-fare_fen": yuan(stop.fare_fen),
            f"stops-{number}-may_board": "on", f"stops-{number}-may_alight": "on",
        }  # fmt: skip
    return form | changes


def save(client: Client, line: ShuttleLine, **changes: object) -> int:
    page = reverse("admin:transport_lines_shuttleline_change", args=[line.pk])
    return publish(client, page, line_form(line, **changes)).status_code


def test_times_and_fares_are_changed_but_not_which_stops_there_are(desk, line, runs):
    pattern, place = line.patterns.get(), PlaceFactory(region=line.region)
    page = reverse("admin:transport_lines_pattern_change", args=[pattern.pk])
    form = pattern_form(
        pattern,
        **{
            "stops-TOTAL_FORMS": 4, "stops-3-pattern": pattern.pk, "stops-3-seq": 3,
            "stops-3-place": place.pk, "stops-3-arrives_s": 60, "stops-3-departs_s": 60,
            "stops-3-metres": 1, "stops-3-fare_fen": "90",
            "stops-2-fare_fen": "35", "stops-1-arrives_s": "18:30",
        },
    )  # fmt: skip

    assert publish(desk, page, form).status_code == 302

    stops = PatternStop.objects.filter(pattern=pattern).order_by("seq")
    assert [stop.fare_fen for stop in stops] == [0, 1_500, 3_500]
    assert (stops[1].arrives_s, stops[1].departs_s) == (18 * 60 + 30, 20 * 60)


def test_a_shorter_season_cancels_the_runs_outside_it(desk, line, runs, sell):
    order = sell(runs[0])

    assert save(desk, line, first_month=1, last_month=9) == 302

    assert set(Run.objects.values_list("state", flat=True)) == {RunState.CANCELLED}
    lines.follow_disruptions(at=clock.now())
    assert AffectedRide.objects.get().line.order == order


def with_row(line: ShuttleLine, inline: str, **fields: object) -> dict[str, object]:
    """Changes of the line's form: one new row of an inline."""
    days = {"first_date": "2026-10-01", "last_date": "2026-10-31", "weekdays": list("1234567")}
    row = {"line": line.pk, "day_kind": "ANY", **days, **fields}
    named = {f"{inline}-0-{name}": value for name, value in row.items()}
    return {f"{inline}-TOTAL_FORMS": 1, f"{inline}-INITIAL_FORMS": 0, **named}


def test_fares_before_and_after_are_shown_for_each_ride_and_nothing_follows_yet(
    desk, line, runs, sell
):
    sell(runs[0])
    pattern = line.patterns.get()
    page = reverse("admin:transport_lines_pattern_change", args=[pattern.pk])

    asked = desk.post(page, pattern_form(pattern, **{"stops-2-fare_fen": "35"}))

    assert is_asked(asked)
    [workdays, *_more] = asked.context["seasons"]
    assert [(move.before, move.after) for move in workdays.moves] == [
        ("¥15", "¥15"),
        ("¥30", "¥35"),
    ]
    assert pattern.stops.latest("seq").fare_fen == 3_000
    assert [*get_messages(asked.wsgi_request)] == []
    agreed = send_again(desk, page, asked, shown_prices=asked.context["shown"])
    assert agreed.status_code == 302
    assert pattern.stops.latest("seq").fare_fen == 3_500


def test_the_calendar_of_a_line_has_each_ride_and_the_days_share(desk, line):
    FareRule.objects.create(
        line=line, first_date="2026-10-01", last_date="2026-10-31", weekdays="6", permille=1200
    )
    url = reverse("admin:transport_lines_shuttleline_prices", args=[line.pk])

    page = desk.get(url, {"month": "2026-10"}).context["page"]

    saturday = next(cell for cell in page.cells if cell.day.isoweekday() == 6)
    assert [cost.words for cost in saturday.prices.costs] == ["¥18", "¥36"]
    assert saturday.prices.rules[0].endswith("Sat: 120 % of the usual fare")
    assert page.keys[0].rules == ("Usual fares",)


def test_fare_rules_that_meet_at_one_rank_are_refused(desk, line):
    first = with_row(line, "fare_rules", permille=120, precedence=0)
    second = {
        name.replace("-0-", "-1-"): value for name, value in first.items() if "-0-" in name
    } | {"fare_rules-1-first_date": "2026-10-02", "fare_rules-TOTAL_FORMS": 2}
    page = reverse("admin:transport_lines_shuttleline_change", args=[line.pk])

    answer = desk.post(page, line_form(line, **first | second))

    [formset] = [
        each.formset
        for each in answer.context["inline_admin_formsets"]
        if each.formset.prefix == "fare_rules"
    ]
    assert [list(errors) for errors in formset.errors] == [[], ["precedence"]]
    assert not FareRule.objects.exists()


def test_a_fare_rule_is_written_in_the_line(desk, line):
    rule = with_row(line, "fare_rules", permille=120, precedence=1, weekdays=["6", "7"])

    assert save(desk, line, **rule) == 302

    [made] = FareRule.objects.all()
    assert (made.line, made.permille, made.weekdays, made.precedence) == (line, 1200, "67", 1)


@pytest.mark.parametrize(
    ("inline", "field", "wrong"),
    [
        ("fare_rules", "last_date", {"last_date": "2026-09-30", "permille": 90}),
        ("fare_rules", "permille", {"permille": 0}),
        ("fare_rules", "permille", {"permille": "500.1"}),
        ("fare_rules", "weekdays", {"permille": 90, "weekdays": ["8"]}),
        ("group_fares", "least", {"name_zh": "x", "members_child": "2", "permille": 90}),
        ("group_fares", "least", {"name_zh": "x", "permille": 90}),
        ("group_fares", "least", {"name_zh": "x", "least": 1, "permille": 90}),
        ("group_fares", "permille", {"name_zh": "x", "least": 10}),
        ("group_fares", "permille", {"name_zh": "x", "least": 10, "permille": "100.1"}),
    ],
)
def test_a_wrong_rule_is_refused_at_its_field(desk, line, inline, field, wrong):
    page = reverse("admin:transport_lines_shuttleline_change", args=[line.pk])
    form = line_form(line, **with_row(line, inline, **{"precedence": 0, **wrong}))

    answer = desk.post(page, form)

    [formset] = [
        each.formset
        for each in answer.context["inline_admin_formsets"]
        if each.formset.prefix == inline
    ]
    assert list(formset.errors[0]) == [field]
    assert not FareRule.objects.exists()
    assert not GroupFare.objects.exists()


@pytest.mark.parametrize("row", [("", ""), ("2", ""), ("2", "100.1"), ("x", "100"), ("-1", "100")])
def test_a_refund_ladder_that_cannot_be_read_is_refused(desk, line, row):
    hours, share = row
    assert save(desk, line, refund_ladder_hours=[hours], refund_ladder_percent=[share]) == 200

    line.refresh_from_db()
    assert line.refund_ladder == "2:1000 0:800"


def trip_page(
    trip: TimetableTrip, departs: str, valid_until: str = ""
) -> tuple[str, dict[str, object]]:
    return reverse("admin:transport_lines_timetabletrip_change", args=[trip.pk]), {
        "slug": trip.slug, "departs_s": departs, "valid_from": "", "valid_until": valid_until,
        "headways-TOTAL_FORMS": 0, "headways-INITIAL_FORMS": 0,
    }  # fmt: skip


def test_a_departure_on_sale_is_not_moved_far(desk, line, runs):
    trip = runs[0].trip

    answer = desk.post(*trip_page(trip, "01:00", "2030-01-01"))

    assert "moved along by up to 30 minutes" in answer.text
    trip.refresh_from_db()
    assert (trip.departs_s, trip.valid_until) == (8 * 3600, None)
    assert Run.objects.get(pk=runs[0].pk).departs_at == runs[0].departs_at


def test_a_departure_on_sale_moves_a_little_with_its_riders(desk, line, runs, sell):
    order = sell(runs[0])

    assert desk.post(*trip_page(runs[0].trip, "08:10")).status_code == 302
    outbox.drain(at=AT)

    run = Run.objects.get(pk=runs[0].pk)
    assert run.departs_at == runs[0].departs_at + timedelta(minutes=10)
    assert order.lines.get().starts_at == run.departs_at
    assert Message.objects.filter(kind="bookings.news.moved").count() == 1
    assert Entry.objects.filter(action="lines.move-run").count() == 1


def test_nobody_is_asked_at_the_desk_to_come_earlier_at_short_notice(desk, runs, sell, monkeypatch):
    sell(runs[0])
    soon = runs[0].departs_at - timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: soon)
    UserFactory._meta.model.objects.filter(login_name=f"desk-{runs[0].line_id}").delete()
    desk = desk_for(runs[0].line)

    answer = desk.post(*trip_page(runs[0].trip, "07:55"))

    assert "could come too late" in answer.text
    assert Run.objects.get(pk=runs[0].pk).departs_at == runs[0].departs_at


def test_riders_hear_of_other_times_at_the_stops(desk, line, runs, sell):
    order, other = sell(runs[0], board=1), sell(runs[1], alight=1)
    pattern = line.patterns.get()
    page = reverse("admin:transport_lines_pattern_change", args=[pattern.pk])
    stop = pattern.stops.get(seq=1)
    leaves = stop.departs_s // 60 + 4

    assert (
        publish(desk, page, pattern_form(pattern, **{"stops-1-departs_s": leaves})).status_code
        == 302
    )
    outbox.drain(at=AT)

    assert order.lines.get().starts_at == runs[0].departs_at + timedelta(minutes=leaves)
    assert other.lines.get().moved_at is None
    assert Message.objects.filter(kind="bookings.news.moved").count() == 1


def test_confirming_a_line_is_an_action_and_audited(desk, line):
    answer = desk.post(
        reverse("admin:transport_lines_shuttleline_changelist"),
        {"action": "confirm_rows", "_selected_action": [line.pk]},
    )

    line.refresh_from_db()
    assert answer.status_code == 302
    assert line.confirmed_at == AT
    assert Entry.objects.filter(action="lines.confirm").count() == 1


def test_lines_are_made_by_the_platform_only(desk):
    assert desk.get(reverse("admin:transport_lines_shuttleline_add")).status_code == 403


def test_the_rule_of_handing_on_has_fields(desk, line):
    page = desk.get(reverse("admin:transport_lines_shuttleline_change", args=[line.pk]))

    assert 'name="transfers"' in page.content.decode()
    assert 'name="transfer_days"' in page.content.decode()


def disrupt(client: Client, run: Run, step: str, seen: str, **fields: object) -> Any:
    page = reverse(f"admin:transport_lines_run_{step}", args=[run.pk])
    return client.post(page, {"seen": seen, "reason_zh": "雪", "reason_en": "Snow", **fields})


def test_a_delay_is_announced_once_it_was_seen_whom_it_concerns(desk, run, sell):
    sell(run, 2)
    page = reverse("admin:transport_lines_run_delay", args=[run.pk])
    assert "1 order of 2 people holds seats on this now." in desk.get(page).content.decode()

    unseen = disrupt(desk, run, "delay", "0:0", minutes=45)
    run.refresh_from_db()
    assert (unseen.status_code, run.delay_s) == (200, 0)

    assert disrupt(desk, run, "delay", "1:2", minutes=45).status_code == 302
    run.refresh_from_db()
    made = Disruption.objects.get()
    assert (run.delay_s, made.delay_s, made.why["en"]) == (2700, 2700, "Snow")
    assert made.actor.startswith("user:")


@pytest.mark.parametrize("minutes", ["", "-1", "721", "x"])
def test_a_delay_that_is_none_is_said_at_its_field_and_changes_nothing(desk, run, minutes):
    answer = disrupt(desk, run, "delay", "0:0", minutes=minutes)

    assert "minutes" in answer.context["form"].errors
    assert not Disruption.objects.exists()


def test_a_run_is_called_off_with_a_reason(desk, run, sell):
    sell(run)
    assert disrupt(desk, run, "call_off", "1:1", reason_zh="").status_code == 200
    assert not Disruption.objects.exists()

    assert disrupt(desk, run, "call_off", "1:1").status_code == 302

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert disrupt(desk, run, "call_off", "1:1").status_code == 404


def test_nobody_disrupts_another_operators_runs(desk, run):
    other = shuttle_line(RegionFactory(), slug="t02")
    lines.create_runs(region=other.region, first=DAY, last=DAY)
    theirs = Run.objects.filter(line=other).earliest("pk")

    answers = [disrupt(desk, theirs, step, "0:0", minutes=5) for step in ("delay", "call_off")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert not Disruption.objects.exists()
