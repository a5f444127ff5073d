"""Places that a winner does not take go to the next in the published order; a draw that is called off."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import time, timedelta

import pytest
from django.test import Client

from accounts.messages import quiet
from accounts.messages.models import Message
from accounts.travellers import operations as travellers
from bookings.draws import operations as draws
from bookings.draws import queries
from bookings.draws.invariants import draw_can_be_worked_out_again
from bookings.draws.lot import sha256
from bookings.draws.models import Draw, DrawState, Slip, Vacancy
from bookings.inventory.models import Bucket, Quota
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Entry, EntryState
from config.demo.visitors import document_number
from kernel import clock
from kernel.audit.models import Entry as AuditEntry
from tests.bookings.conftest import STARTS_AT
from tests.bookings.draws.conftest import Lottery
from tests.bookings.draws.test_draws import DOCS

pytestmark = pytest.mark.django_db

END_OF_QUIET = quiet.end_of_quiet
"""As it is where people sleep: most tests do without."""


@pytest.fixture
def drawn(lottery: Lottery) -> Draw:
    """Three places, five who want one; the winners have 20 minutes."""
    draw = lottery.open(places=3)
    for _one in range(5):
        lottery.enter(draw)
    lottery.drawn(draw)
    lottery.serve()
    lottery.hear()
    return draw


def by_rank(draw: Draw, rank: int) -> Slip:
    return draw.slips.select_related("entry__order").get(rank=rank)


def decline(lottery: Lottery, slip: Slip) -> None:
    waitlist.decline(entry=slip.entry, at=lottery.now)
    lottery.hear()


def lapse(lottery: Lottery) -> None:
    """The twenty minutes are over."""
    lottery.now += timedelta(minutes=20, seconds=1)
    orders.lapse_due(at=lottery.now)
    lottery.hear()


def call(lottery: Lottery) -> int:
    called = draws.call_next(at=lottery.now)
    lottery.serve()
    lottery.hear()
    return called


def held() -> int:
    return Order.objects.filter(lines__state=State.HELD).distinct().count()


def everything() -> list[object]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Draw, Slip, Vacancy, Entry, Order, AuditEntry, Bucket, Quota)
    ]


def test_who_does_not_pay_in_time_makes_room_for_the_next(lottery, drawn):
    lapse(lottery)

    assert call(lottery) == 2

    assert [slip.step for slip in drawn.slips.filter(has_won=True).order_by("rank")] == [
        0, 0, 0, 1, 2,
    ]  # fmt: skip
    assert [v.slip.rank for v in drawn.vacancies.order_by("number")] == [1, 2, 3]
    assert {by_rank(drawn, rank).entry.state for rank in (4, 5)} == {EntryState.OFFERED}
    assert (held(), Bucket.objects.get(pk=drawn.share_id).taken) == (2, 2)
    assert AuditEntry.objects.filter(action="draws.called").count() == 1
    assert draw_can_be_worked_out_again(lottery.now) == []


def test_who_declines_makes_room_at_once_and_once(lottery, drawn):
    decline(lottery, by_rank(drawn, 2))

    assert call(lottery) == 1
    before = everything()
    assert call(lottery) == 0

    assert everything() == before
    assert [v.slip.rank for v in drawn.vacancies.all()] == [2]
    assert by_rank(drawn, 4).step == 1


def test_who_takes_the_places_makes_none(lottery, drawn):
    assert call(lottery) == 0
    assert not Vacancy.objects.exists()


def test_a_party_too_large_for_what_came_back_keeps_its_turn(lottery):
    """Two single places come back one after the other: the pair behind is called when both are there."""
    draw = lottery.open(places=2)
    for people in (1, 1, 2):
        lottery.enter(draw, people)
    lottery.close(draw)
    Slip.objects.filter(draw=draw).update(rank=None)
    lottery.drawn(draw)
    lottery.serve()
    lottery.hear()
    pair = draw.slips.get(size=2)
    if pair.has_won:
        decline(lottery, by_rank(draw, pair.rank))
        assert call(lottery) == 2
        return
    singles = list(draw.slips.filter(size=1).order_by("rank").select_related("entry__order"))
    decline(lottery, singles[0])
    assert call(lottery) == 0
    decline(lottery, singles[1])

    assert call(lottery) == 1

    pair.refresh_from_db()
    assert (pair.has_won, pair.step) == (True, 2)
    assert draw_can_be_worked_out_again(lottery.now) == []


def test_after_three_hours_it_is_sold_openly_and_nobody_is_called(lottery, drawn):
    share = Quota.objects.get(whole=lottery.bucket, channel="draw")
    assert share.release_at == drawn.drawn_at + timedelta(hours=3) == drawn.calls_until
    decline(lottery, by_rank(drawn, 1))
    lottery.now = drawn.calls_until
    before = everything()

    assert call(lottery) == 0
    assert everything() == before


def test_when_everybody_has_won_what_is_left_is_released_an_hour_later(lottery, drawn):
    lapse(lottery)
    call(lottery)

    share = Quota.objects.get(whole=lottery.bucket, channel="draw")
    assert share.release_at == lottery.now + timedelta(hours=1)


def test_places_that_late_money_took_call_nobody(lottery, drawn):
    """The winner lapsed, then the money came and found the places free: they are not there."""
    lapse(lottery)
    first = by_rank(drawn, 1).entry
    Bucket.objects.filter(pk=drawn.share_id).update(taken=3)
    before = everything()

    assert call(lottery) == 0

    assert everything() == before
    assert first.state == EntryState.LAPSED


def test_anybody_can_go_through_it_again_with_the_script_of_the_docs(lottery, drawn, tmp_path):
    lapse(lottery)
    call(lottery)
    decline(lottery, by_rank(drawn, 4))
    call(lottery)
    [script] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    shown = json.loads(Client().get(f"/en/draws/{drawn.pk}/list.json").content)
    assert len(shown["not_taken"]) == 4
    (tmp_path / "verify.py").write_text(script)

    def verdict() -> subprocess.CompletedProcess[str]:
        (tmp_path / "draw.json").write_text(json.dumps(shown))
        command = [sys.executable, "-I", tmp_path / "verify.py", tmp_path / "draw.json"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    right = verdict()
    last = next(entry for entry in shown["entries"] if entry["step"] == 1)
    last |= {"won": False, "step": None}
    skipped = verdict()

    assert right.stdout == "right: 5 of 5 have won\n"
    assert skipped.returncode == 1


def test_who_was_not_drawn_hears_how_far_behind_and_until_when(lottery, drawn):
    texts = Message.objects.filter(key__startswith="bookings.draws.lost")
    assert texts.count() == 2
    page = Client().get(f"/en/draws/{drawn.pk}/").text

    assert "the next in the order" in page


def test_the_page_shows_who_was_called_and_who_made_room(lottery, drawn):
    decline(lottery, by_rank(drawn, 1))
    call(lottery)

    page = Client().get(f"/en/draws/{drawn.pk}/").text

    assert "won, not taken" in page
    assert "called as next" in page


@pytest.fixture
def sent(lottery: Lottery, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: lottery.now)


def off(lottery: Lottery, draw: Draw) -> Draw:
    draws.call_off(
        draw_id=draw.pk, reason_zh="大风关闭", reason_en="closed for wind", actor="user:1",
        at=lottery.now,
    )  # fmt: skip
    draw.refresh_from_db()
    return draw


@pytest.mark.parametrize("is_closed", [False, True], ids=["open", "closed"])
def test_a_draw_is_called_off_before_it_is_drawn(lottery, sent, is_closed):
    draw = lottery.open(mixes_public=True)
    slip = lottery.enter(draw, 2)
    if is_closed:
        lottery.close(draw)

    off(lottery, draw)
    lottery.hear()

    assert (draw.state, draw.off_by, draw.off_at) == (DrawState.OFF, "user:1", lottery.now)
    assert Quota.objects.get(whole=lottery.bucket, channel="draw").release_at == lottery.now
    assert AuditEntry.objects.get(action="draws.called-off").actor == "user:1"
    assert Message.objects.filter(key__startswith="bookings.draws.called-off").count() == 1
    shown = queries.published(draw)
    assert shown["called_off"]["en"] == "closed for wind"
    assert shown["entries"] == [{"number": slip.number, "size": 2}]
    assert sha256(shown["seed"]) == draw.commitment
    page = Client().get(f"/en/draws/{draw.pk}/").text
    assert "closed for wind" in page
    assert "Enter the draw" not in page
    assert "not drawn" not in page, "nobody has lost what was not drawn"
    assert "is entered by two people" not in page


def test_what_would_have_come_out_can_be_worked_out_where_it_is_called_off(lottery, sent, tmp_path):
    draw = lottery.open(2)
    for people in (1, 2, 1):
        lottery.enter(draw, people)
    off(lottery, draw)
    [script] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    (tmp_path / "verify.py").write_text(script)
    (tmp_path / "draw.json").write_text(Client().get(f"/en/draws/{draw.pk}/list.json").text)

    command = [sys.executable, "-I", tmp_path / "verify.py", tmp_path / "draw.json"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("called off; would have won: ")


def test_nobody_enters_or_is_drawn_after_that_and_it_cannot_be_made_again(lottery):
    draw = lottery.open()
    lottery.enter(draw)
    request = lottery.request()
    off(lottery, draw)

    with pytest.raises(draws.DrawClosed):
        draws.enter(draw, request, at=lottery.now)
    lottery.now = draw.closes_at + timedelta(seconds=1)
    assert draws.carry_on(at=lottery.now) == 0
    with pytest.raises(draws.CannotBeDrawn):
        lottery.open()
    assert not Entry.objects.exists()
    assert Slip.objects.count() == 1


def test_what_is_drawn_or_called_off_cannot_be_called_off(lottery, drawn):
    before = everything()

    with pytest.raises(draws.DrawnAlready):
        off(lottery, drawn)

    assert everything() == before


def test_who_is_in_a_draw_stays_the_same_person(lottery):
    """Else a win would go to whoever the traveller has become in the book."""
    row = travellers.remember(
        actor="guest:1",
        name="王小明",
        kind="RESIDENT_ID",
        number=document_number(1),
        at=lottery.now,
    )
    draw = lottery.open()
    slip = lottery.enter(draw)
    Slip.objects.filter(pk=slip.pk).update(party=[["any", row.pk]])
    change = {"traveller_id": row.pk, "actors": ["guest:1"], "name": "别人", "kind": "RESIDENT_ID"}

    with pytest.raises(travellers.HoldsPlace):
        travellers.change(**change, number=document_number(2), at=lottery.now)
    off(lottery, draw)

    assert travellers.change(**change, number="", at=lottery.now).name == "别人"


class TestAtNight:
    """Who is called while they sleep has their twenty minutes in the morning."""

    @pytest.fixture(autouse=True)
    def people_sleep(self, monkeypatch):
        monkeypatch.setattr(quiet, "end_of_quiet", END_OF_QUIET)

    @pytest.fixture
    def evening(self, lottery):
        """Drawn at half past nine in the evening; the winner has until ten to ten."""
        lottery.now = lottery.region.at(STARTS_AT.date() - timedelta(days=2), time(19, 29, 59))
        draw = lottery.open(places=1)
        for _party in range(2):
            lottery.enter(draw)
        lottery.drawn(draw)
        lottery.serve()
        lottery.hear()
        return draw

    def at(self, lottery, hour: int, minute: int = 0, days: int = 1):
        day = STARTS_AT.date() - timedelta(days=2) + timedelta(days=days)
        return lottery.region.at(day, time(hour, minute))

    def test_the_next_is_called_at_once_and_may_pay_in_the_morning(self, lottery, evening):
        lottery.now = self.at(lottery, 23, days=0)
        orders.lapse_due(at=lottery.now)
        lottery.hear()

        assert call(lottery) == 1

        assert by_rank(evening, 2).entry.order.due_at == self.at(lottery, 8, 20)
        lottery.now = self.at(lottery, 8, 19)
        orders.lapse_due(at=lottery.now)
        assert held() == 1

    def test_three_hours_are_of_waking_time(self, lottery, evening):
        assert evening.calls_until == self.at(lottery, 10, 30)
