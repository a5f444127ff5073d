"""What operators do to runs in the back office: call off, put back, another vehicle, another bay."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from bookings.inventory import queries as inventory
from kernel import clock
from kernel.audit.models import Entry
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from tests.transport.lines.conftest import AT, DAY
from tests.transport.lines.test_admin import desk_for
from transport.lines import operations as lines
from transport.lines.models import (
    Disruption,
    Run,
    RunState,
)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


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


def call_off(seen: str) -> dict[str, str]:
    """What the page sends that asks why, to call off runs on which so many "orders:people" are."""
    return {"seen": seen, "reason_zh": "大雪封路"}


def test_a_run_is_cancelled_and_brought_back_by_actions_and_audited(desk, run, sell):
    order = sell(run)

    said = act(desk, "cancel", run, **call_off("1:1"))

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert order.code in said[0]
    assert Disruption.objects.get().reason_zh == "大雪封路"
    act(desk, "restore", run)
    run.refresh_from_db()
    assert run.state == RunState.SCHEDULED
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "lines.cancel-run",
        "lines.restore-run",
    ]


def test_before_runs_are_called_off_a_page_says_whom_it_concerns_and_asks_why(
    desk, run, runs, sell
):
    sell(run, 2)
    sell(runs[1])
    chosen = {"action": "cancel", "_selected_action": [run.pk, runs[1].pk]}
    address = reverse("admin:transport_lines_run_changelist")

    html = " ".join(desk.post(address, chosen).content.decode().split())

    assert "2 orders of 3 people hold seats on this now." in html
    assert 'name="seen" value="2:3"' in html
    assert all(f'name="_selected_action" value="{each.pk}"' in html for each in (run, runs[1]))
    for sent in ({"seen": "2:3"}, call_off("2:2")):
        assert desk.post(address, {**chosen, **sent}).status_code == 200
    assert not Run.objects.filter(state=RunState.CANCELLED).exists()
    assert not Disruption.objects.exists()


def test_what_is_called_off_already_is_not_asked_about_again(desk, run):
    act(desk, "cancel", run, **call_off("0:0"))

    said = act(desk, "cancel", run)

    assert said[-1].startswith("Please choose 1 to 100 departures")
    assert Disruption.objects.count() == 1


def test_every_action_says_what_it_has_done(desk, run):
    steps = [
        ("set_bay", {"bay": "3"}), ("set_bay", {"bay": ""}), ("set_seats", {"seats": "30"}),
        ("restore", {}),
    ]  # fmt: skip

    said = [act(desk, action, run, **more)[-1] for action, more in steps]

    ends = ("leaves from bay 3.", "leaves from its usual bay.", "has 30 seats.", "is on sale.")
    assert all(words.endswith(end) for words, end in zip(said, ends, strict=True))


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

    act(desk, "cancel", theirs, **call_off("0:0"))

    theirs.refresh_from_db()
    assert theirs.state == RunState.SCHEDULED
    assert (
        desk.get(reverse("admin:transport_lines_run_change", args=[theirs.pk])).status_code == 302
    )
