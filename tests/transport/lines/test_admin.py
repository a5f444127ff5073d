"""Operators' hands on lines: actions call operations, fields never move state or counts."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Role
from bookings.inventory import queries as inventory
from kernel import clock
from kernel.audit.models import Entry
from kernel.money import yuan
from tests import cast
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.kernel import PlaceFactory, RegionFactory
from tests.factories.transport import shuttle_line
from tests.publishing import is_asked, publish, send_again
from tests.transport.lines.conftest import AT, DAY
from transport.lines import operations as lines
from transport.lines.models import (
    FareRule,
    GroupFare,
    LineStop,
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


def act(client: Client, action: str, *runs: Run, **more: object) -> list[str]:
    answer = client.post(
        reverse("admin:transport_lines_run_changelist"),
        {"action": action, "_selected_action": [run.pk for run in runs], **more},
    )
    assert answer.status_code in (200, 302)
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_a_run_is_cancelled_and_brought_back_by_actions_and_audited(desk, run, sell):
    order = sell(run)

    said = act(desk, "cancel", run)

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert order.code in said[0]
    act(desk, "restore", run)
    run.refresh_from_db()
    assert run.state == RunState.SCHEDULED
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "lines.cancel-run",
        "lines.restore-run",
    ]


def test_a_smaller_bus_is_refused_with_the_orders(desk, run, sell):
    order = sell(run, 3)

    said = act(desk, "set_seats", run, seats="2")

    assert order.code in said[0]
    assert set(inventory.left(set(run.segments)).values()) == {47}


@pytest.mark.parametrize("seats", ["", "0", "-1", "201", "x", "1e3"])
def test_a_number_of_seats_that_no_bus_has_changes_nothing(desk, run, seats):
    said = act(desk, "set_seats", run, seats=seats)

    assert said == ["Please say how many seats, from 1 to 200."]
    assert set(inventory.left(set(run.segments)).values()) == {50}


def test_a_run_has_no_fields_to_write(desk, run):
    page = reverse("admin:transport_lines_run_change", args=[run.pk])

    desk.post(page, {"state": "CANCELLED", "service_date": "2026-01-01"})

    run.refresh_from_db()
    assert (run.state, run.service_date) == (RunState.SCHEDULED, DAY)
    assert desk.get(reverse("admin:transport_lines_run_add")).status_code == 403


def test_another_lines_runs_are_neither_seen_nor_touched(desk, run):
    other = shuttle_line(RegionFactory())
    lines.create_runs(region=other.region, first=DAY, last=DAY)
    theirs = Run.objects.filter(line=other).earliest("pk")

    act(desk, "cancel", theirs)

    theirs.refresh_from_db()
    assert theirs.state == RunState.SCHEDULED
    assert (
        desk.get(reverse("admin:transport_lines_run_change", args=[theirs.pk])).status_code == 302
    )


def line_form(line: ShuttleLine, **changes: object) -> dict[str, object]:
    """The form of a line as its page would send it."""
    stops = list(line.stops.order_by("direction", "seq"))
    form: dict[str, object] = {
        "name_zh": line.name_zh, "name_en": line.name_en, "kind": line.kind, "is_bookable": "on",
        "first_month": 1, "last_month": 12, "seats": 50, "ride_min": 40, "metres": 14_000,
        "refund_ladder_hours": ["2", "0"], "refund_ladder_percent": ["100", "80"],
        "refund_words_zh": "x", "is_open": "on",
        "stops-TOTAL_FORMS": len(stops), "stops-INITIAL_FORMS": len(stops),
        "exceptions-TOTAL_FORMS": 0, "exceptions-INITIAL_FORMS": 0,
        "fare_rules-TOTAL_FORMS": 0, "fare_rules-INITIAL_FORMS": 0,
        "group_fares-TOTAL_FORMS": 0, "group_fares-INITIAL_FORMS": 0,
    }  # fmt: skip
    for number, stop in enumerate(stops):
        form |= {
            f"stops-{number}-id": stop.pk, f"stops-{number}-line": line.pk,
            f"stops-{number}-minute": stop.minute, f"stops-{number}-metres": stop.metres,
            f"stops-{number}-fare_fen": yuan(stop.fare_fen),
        }  # fmt: skip
    return form | changes


def save(client: Client, line: ShuttleLine, **changes: object) -> int:
    page = reverse("admin:transport_lines_shuttleline_change", args=[line.pk])
    return publish(client, page, line_form(line, **changes)).status_code


def test_times_and_fares_are_changed_but_not_which_stops_there_are(desk, line, runs):
    place = PlaceFactory(region=line.region)
    more = {
        "stops-TOTAL_FORMS": 4, "stops-3-line": line.pk, "stops-3-direction": "OUT",
        "stops-3-seq": 3, "stops-3-place": place.pk, "stops-3-minute": 60, "stops-3-metres": 1,
        "stops-3-fare_fen": "90",
    }  # fmt: skip

    assert save(desk, line, **{"stops-2-fare_fen": "35", **more}) == 302

    assert list(line.stops.order_by("seq").values_list("fare_fen", flat=True)) == [0, 1_500, 3_500]
    assert LineStop.objects.filter(line=line).count() == 3


def test_a_shorter_season_cancels_the_runs_outside_it(desk, line, runs, sell):
    order = sell(runs[0])

    assert save(desk, line, first_month=1, last_month=9) == 302

    assert set(Run.objects.values_list("state", flat=True)) == {RunState.CANCELLED}
    lines.refund_riders(run_id=runs[0].pk, at=AT)
    assert order.refunds.count() == 1


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
    page = reverse("admin:transport_lines_shuttleline_change", args=[line.pk])

    asked = desk.post(
        page, line_form(line, first_month=1, last_month=9, **{"stops-2-fare_fen": "35"})
    )

    assert is_asked(asked)
    [workdays, *_more] = asked.context["seasons"]
    assert [(move.before, move.after) for move in workdays.moves] == [
        ("¥15", "¥15"),
        ("¥30", "¥35"),
    ]
    line.refresh_from_db()
    assert line.last_month == 12
    assert set(Run.objects.values_list("state", flat=True)) == {RunState.SCHEDULED}
    assert [*get_messages(asked.wsgi_request)] == []
    agreed = send_again(desk, page, asked, shown_prices=asked.context["shown"])
    assert agreed.status_code == 302
    assert set(Run.objects.values_list("state", flat=True)) == {RunState.CANCELLED}


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


def test_a_departure_with_runs_keeps_its_time(desk, line, runs):
    trip = runs[0].trip
    page = reverse("admin:transport_lines_timetabletrip_change", args=[trip.pk])

    desk.post(page, {"slug": trip.slug, "departs_min": 1, "valid_from": "", "valid_until": ""})

    assert TimetableTrip.objects.get(pk=trip.pk).departs_min == trip.departs_min


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
