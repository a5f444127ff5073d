"""Operators' hands on who drives what, on bays and on papers that run out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.orders.models import Line
from kernel import clock
from tests.factories import fleet
from tests.transport.lines.conftest import AT
from tests.transport.lines.test_admin import desk_for
from tests.transport.lines.test_admin_runs import act
from transport.fleet.models import Paper, PaperKind
from transport.lines import operations as lines
from transport.lines.models import Assignment, PatternStop


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def desk(line) -> Client:
    return desk_for(line)


@pytest.fixture
def chosen(run) -> dict[str, int]:
    house = run.line.organisation
    return {
        "run": run.pk, "vehicle": fleet.vehicle(house).pk, "driver": fleet.driver(house).pk,
    }  # fmt: skip


def assign(desk: Client, chosen: dict[str, int]):
    return desk.post(reverse("admin:transport_lines_assignment_add"), chosen)


def test_an_assignment_is_made_and_taken_off(desk, chosen):
    assert assign(desk, chosen).status_code == 302

    made = Assignment.objects.get()
    assert (made.run_id, made.vehicle_id, made.driver_id) == tuple(chosen.values())
    desk.post(reverse("admin:transport_lines_assignment_delete", args=[made.pk]), {"post": "yes"})
    assert not Assignment.objects.exists()


def test_with_an_expired_paper_the_form_names_it_and_its_date(desk, chosen, run):
    Paper.objects.filter(kind=PaperKind.QUALIFICATION).update(valid_until=run.departs_at)

    answer = assign(desk, chosen)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "passenger driver&#x27;s qualification" in text
    assert f"{run.departs_at.astimezone(run.line.tz):%Y-%m-%d %H:%M}" in text
    assert not Assignment.objects.exists()


def test_another_houses_run_cannot_be_chosen(desk, chosen, line):
    from tests.factories.kernel import RegionFactory
    from tests.factories.transport import shuttle_line
    from tests.transport.lines.conftest import DAY
    from transport.lines.models import Run

    other = shuttle_line(RegionFactory(), slug="x")
    lines.create_runs(region=other.region, first=DAY, last=DAY)
    stranger = Run.objects.filter(line=other).earliest("pk")

    assert assign(desk, chosen | {"run": stranger.pk}).status_code == 200
    assert not Assignment.objects.exists()


def test_the_first_page_counts_the_papers_that_run_out(desk, line):
    fleet.paper(line.organisation, PaperKind.OPERATING_LICENCE, until=AT + timedelta(days=29))
    fleet.paper(line.organisation, PaperKind.LIABILITY_INSURANCE, until=AT + timedelta(days=31))

    index = desk.get(reverse("admin:index")).content.decode()
    papers = desk.get(reverse("admin:transport_fleet_paper_changelist") + "?runs_out=True")

    assert "Papers that run out" in index
    assert [each.kind for each in papers.context["cl"].queryset] == [PaperKind.OPERATING_LICENCE]


def test_a_new_end_is_told_of_anew(desk, line):
    paper = fleet.paper(
        line.organisation, PaperKind.OPERATING_LICENCE, until=AT + timedelta(days=5)
    )
    Paper.objects.update(warned_at=AT)

    desk.post(
        reverse("admin:transport_fleet_paper_change", args=[paper.pk]),
        {
            "number": "2", "valid_from_0": "2026-01-01", "valid_from_1": "00:00:00",
            "valid_until_0": "2026-12-01", "valid_until_1": "00:00:00",
        },
    )  # fmt: skip

    paper.refresh_from_db()
    assert (paper.number, paper.warned_at) == ("2", None)


def test_a_bay_is_told_to_those_who_have_bought(desk, run, runs, sell):
    sell(run)
    sell(runs[1])

    act(desk, "set_bay", run, bay="B2")

    first, second = Line.objects.order_by("pk")
    assert first.note["en"].endswith(" · bay B2")
    assert second.note == second.subtitle
    act(desk, "set_bay", run, bay="")
    first.refresh_from_db()
    assert first.note == first.subtitle


def test_the_bay_of_a_stop_holds_for_coming_runs(run, runs, sell, at):
    sell(run)
    lines.set_bay(run=runs[1], bay="9", actor="user:1", at=at)
    sell(runs[1])
    PatternStop.objects.filter(seq=0).update(bay="3")

    lines.follow_bays(pattern=run.pattern, at=at)

    first, second = Line.objects.order_by("pk")
    assert first.note["zh-hans"].endswith("3 号站台")
    assert second.note["zh-hans"].endswith("9 号站台"), "a run's own bay stands above it"


def test_who_buys_now_reads_it_in_the_order(run, sell, at):
    PatternStop.objects.filter(seq=0).update(bay="3")

    sell(run)

    assert Line.objects.get().note["en"].endswith("bay 3")
