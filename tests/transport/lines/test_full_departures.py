"""Who finds a departure full can wait for it from its page, for just the ride that was looked for."""

from __future__ import annotations

import html as escapes
import re

import pytest
from django.test import Client
from django.urls import reverse

from bookings.orders import operations as orders
from kernel import clock
from tests.transport.lines.conftest import AT, DAY, FARE, ride, wish
from transport.lines.models import Run, ShuttleLine


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def page(line: ShuttleLine, **asked: object) -> str:
    address = reverse("lines:detail", args=[line.region.slug, line.slug])
    return Client().get(address, {"day": DAY, **asked}).content.decode()


def lists_in(html: str) -> list[str]:
    found = re.findall(r'href="([^"]*/waitlist/join/[^"]*)"', html)
    return [escapes.unescape(address) for address in found]


def fill(run: Run, *, alight: int = 2) -> None:
    fen = 50 * (FARE if alight == 2 else FARE // 2)
    orders.place(wish(ride(run, 50, alight=alight), total_fen=fen), at=AT)


def test_a_full_departure_leads_to_its_waiting_list(line, runs):
    fill(runs[1])

    html = page(line)

    [address] = lists_in(html)
    assert f"kind=shuttle&ref={runs[1].pk}%3A0%3A2" in address
    assert "0 parties wait" in html
    joining = Client().get(address).content.decode()
    assert f'name="refs" value="{runs[1].pk}:0:2"' in joining


def test_with_room_everywhere_there_is_nothing_to_wait_for(line, runs):
    assert lists_in(page(line)) == []


def test_of_a_part_of_the_way_that_part_is_waited_for(line, runs):
    fill(runs[0], alight=1)

    [address] = lists_in(page(line, **{"from": 0, "to": 1}))
    joining = Client().get(address).content.decode()

    assert re.findall(r'name="refs" value="([^"]+)"', joining) == [f"{runs[0].pk}:0:1"]
    assert lists_in(page(line, **{"from": 1, "to": 2})) == []


def test_where_every_departure_is_full_nothing_is_offered_to_be_bought(line, run):
    Run.objects.filter(line=line).exclude(pk=run.pk).delete()
    assert 'class="q-actionbar"' in page(line)

    fill(run)

    html = page(line)
    assert 'class="q-actionbar"' not in html
    assert len(lists_in(html)) == 1
