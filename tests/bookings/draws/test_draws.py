"""A draw from its opening to its winners: bound before, published after, once."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from accounts.identity import phones
from accounts.messages.models import Message
from bookings.draws import operations as draws
from bookings.draws import queries
from bookings.draws.models import Draw, DrawState, Entrant, Slip
from bookings.inventory.models import Bucket, Quota
from bookings.orders.models import Order, State
from bookings.waitlist.models import Entry, EntryState
from kernel import clock, seals
from kernel.audit.models import Entry as AuditEntry
from kernel.errors import BadInput, NotFound
from tests.bookings.draws.conftest import PRICE
from tests.cast import enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).parents[3] / "docs" / "algorithms" / "draws.md"


def wins(draw: Draw) -> list[str]:
    return list(draw.slips.filter(has_won=True).order_by("rank").values_list("number", flat=True))


def test_opening_sets_places_aside_and_binds_the_seed(lottery):
    draw = lottery.open(places=4)

    share = Quota.objects.select_related("bucket").get(whole=lottery.bucket, channel="draw")
    seed = seals.unseal(draw.seed_sealed, purpose="draw-seed")
    assert (share.bucket.capacity, share.bucket_id, share.release_at) == (4, draw.share_id, None)
    assert hashlib.sha256(seed.encode()).hexdigest() == draw.commitment
    assert (draw.seed, draw.state, draw.places) == ("", DrawState.OPEN, 4)
    assert AuditEntry.objects.get(action="draws.opened").facts["commitment"] == draw.commitment


def test_what_is_set_aside_is_not_sold_openly(lottery):
    lottery.open(places=4)

    own = Quota.objects.select_related("bucket").get(whole=lottery.bucket, channel="own")
    assert own.bucket.capacity == 16


def test_no_more_is_drawn_than_is_left(lottery):
    Bucket.objects.filter(pk=lottery.bucket).update(taken=18)

    with pytest.raises(draws.TooFew) as caught:
        lottery.open(places=3)

    assert caught.value.facts["left"] == 2
    assert not Draw.objects.exists()
    assert not Quota.objects.exists()


def test_a_thing_is_drawn_once(lottery):
    lottery.open(places=1)

    with pytest.raises(draws.CannotBeDrawn):
        lottery.open(places=1)

    assert Draw.objects.count() == 1


def test_what_is_not_sold_by_shares_cannot_be_drawn(lottery, sellers):
    with pytest.raises(draws.CannotBeDrawn):
        lottery.open(kind="plain")

    assert not Quota.objects.exists()


def test_nobody_draws_what_is_another_sellers(lottery):
    with pytest.raises(NotFound):
        draws.open_draw(lottery.wanted(), organisation_ids=[0], actor="user:1", at=lottery.now)

    assert not Quota.objects.exists()


def test_it_closes_after_now_and_before_the_thing_begins(lottery):
    for closes_at in (lottery.now, lottery.now + timedelta(days=30)):
        with pytest.raises(BadInput):
            lottery.open(closes_at=closes_at)

    assert not Draw.objects.exists()


def test_one_person_enters_once_and_a_repeat_finds_the_same(lottery):
    draw = lottery.open()
    request = lottery.request(2)
    slip = draws.enter(draw, request, at=lottery.now)

    assert draws.enter(draw, request, at=lottery.now) == slip
    with pytest.raises(draws.AlreadyIn):
        lottery.enter(draw, 1, contact=request.contact)

    assert list(Slip.objects.values_list("size", "limit_fen")) == [(2, 2 * PRICE)]
    assert Entrant.objects.count() == 1


def test_a_number_that_was_only_typed_enters_nobody(lottery):
    draw = lottery.open()

    with pytest.raises(draws.PhoneUnproven):
        lottery.enter(draw, phone_index="")
    with pytest.raises(draws.PhoneUnproven):
        draws.look(draw, lottery.request(phone_index=""), at=lottery.now)

    assert not Slip.objects.exists()


def test_another_number_to_be_told_at_is_no_other_person(lottery):
    draw = lottery.open()
    own = phones.index_of("16111111111")
    lottery.enter(draw, phone_index=own)

    with pytest.raises(draws.AlreadyIn):
        lottery.enter(draw, phone_index=own, contact="16199999999")

    assert Slip.objects.count() == 1


def test_who_leaves_can_enter_again(lottery):
    draw = lottery.open()
    slip = lottery.enter(draw, contact="16111111111")

    draws.leave(slip=slip, at=lottery.now)
    lottery.enter(draw, contact="16111111111")

    assert Slip.objects.count() == 1


def test_a_party_that_could_never_win_is_told(lottery):
    draw = lottery.open(places=2)

    with pytest.raises(draws.TooLarge):
        lottery.enter(draw, 3)

    assert not Slip.objects.exists()


def test_after_the_closing_time_nobody_enters_or_leaves_though_it_is_not_closed_yet(lottery):
    draw = lottery.open()
    slip = lottery.enter(draw)
    lottery.now = draw.closes_at

    with pytest.raises(draws.DrawClosed):
        lottery.enter(draw)
    with pytest.raises(draws.DrawClosed):
        draws.leave(slip=slip, at=lottery.now)

    assert Slip.objects.count() == 1


def test_it_is_not_closed_before_its_time(lottery):
    draw = lottery.open()

    assert not draws.close(draw_id=draw.pk, at=draw.closes_at - timedelta(seconds=1))
    assert not draws.draw(draw_id=draw.pk, at=draw.closes_at)
    assert Draw.objects.get().state == DrawState.OPEN


def test_what_is_public_comes_step_by_step_and_the_seed_last(lottery):
    draw = lottery.open()
    slip = lottery.enter(draw, 2)
    assert set(queries.published(draw)) == {
        "draw", "places", "closes_at", "commitment", "mixes_public",
    }  # fmt: skip

    closed = queries.published(lottery.close(draw))
    assert closed["entries"] == [{"number": slip.number, "size": 2}]
    assert "seed" not in closed

    shown = queries.published(lottery.drawn(draw))
    assert shown["entries"] == [
        {"number": slip.number, "size": 2, "rank": 1, "won": True, "step": 0}
    ]
    assert hashlib.sha256(shown["seed"].encode()).hexdigest() == draw.commitment


def test_the_script_of_the_docs_comes_to_the_same_result_and_finds_a_changed_one(lottery, tmp_path):
    [script] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert len(script.strip().splitlines()) <= 24
    draw = lottery.open(places=5)
    for people in (1, 2, 3, 1, 2):
        lottery.enter(draw, people)
    shown = json.loads(Client().get(f"/en/draws/{lottery.drawn(draw).pk}/list.json").content)
    (tmp_path / "verify.py").write_text(script)

    def verdict() -> subprocess.CompletedProcess[str]:
        (tmp_path / "draw.json").write_text(json.dumps(shown))
        command = [sys.executable, "-I", tmp_path / "verify.py", tmp_path / "draw.json"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    right = verdict()
    shown["entries"][0]["won"] = not shown["entries"][0]["won"]
    swapped = verdict()

    assert right.stdout == f"right: {len(wins(draw))} of 5 have won\n"
    assert swapped.returncode == 1


def test_a_draw_is_drawn_once_and_winners_are_served_as_the_waiting_list_does(lottery):
    draw = lottery.open(places=3)
    for _one in range(5):
        lottery.enter(draw)
    lottery.drawn(draw)

    assert not draws.draw(draw_id=draw.pk, at=lottery.now)
    lottery.serve()
    lottery.hear()

    orders = Order.objects.order_by("pk")
    assert [(o.state, o.total_fen, o.channel) for o in orders] == [(State.HELD, PRICE, "draw")] * 3
    assert [o.due_at for o in orders] == [lottery.now + timedelta(minutes=20)] * 3
    assert Bucket.objects.get(pk=draw.share_id).taken == 3
    assert set(Entry.objects.values_list("state", flat=True)) == {EntryState.OFFERED}
    assert Message.objects.filter(key__startswith="bookings.waitlist.won").count() == 3
    assert Message.objects.filter(key__startswith="bookings.draws.lost").count() == 2


def test_serving_again_serves_nobody_twice(lottery):
    draw = lottery.open(places=3)
    for _one in range(3):
        lottery.enter(draw)
    lottery.drawn(draw)
    lottery.serve()
    Entry.objects.update(state=EntryState.SERVING, order=None)  # died before it wrote it down

    lottery.serve()

    assert Order.objects.count() == 3
    assert Entry.objects.filter(state=EntryState.OFFERED, order__isnull=False).count() == 3


def test_a_winner_who_is_refused_ends_and_those_behind_are_served(lottery):
    draw = lottery.open(places=3)
    for _one in range(3):
        lottery.enter(draw)
    lottery.drawn(draw)
    first = draw.slips.select_related("entry").get(rank=1)
    Entry.objects.filter(pk=first.entry_id).update(limit_fen=PRICE - 1)

    for _round in range(3):
        lottery.serve()

    assert Entry.objects.get(pk=first.entry_id).state == EntryState.WAITING
    assert Entry.objects.filter(state=EntryState.OFFERED).count() == 2
    [why] = Entry.objects.get(pk=first.entry_id).decisions.all()
    assert why.reason == "above_limit"


def test_losers_are_told_once(lottery):
    draw = lottery.open(places=1)
    lottery.enter(draw)
    lottery.enter(draw)
    lottery.drawn(draw)

    for _twice in range(2):
        draws.tell_losers(draw_id=draw.pk, at=lottery.now)

    assert Message.objects.filter(key__startswith="bookings.draws.lost").count() == 1


def test_what_nobody_takes_is_released_after_an_hour(lottery):
    draw = lottery.open()

    lottery.drawn(draw)

    share = Quota.objects.get(whole=lottery.bucket, channel="draw")
    assert share.release_at == lottery.now + timedelta(hours=1)
    assert Draw.objects.get().state == DrawState.DRAWN


def test_a_public_value_is_entered_by_two_after_closing_and_changes_the_order(lottery):
    draw = lottery.open(mixes_public=True)
    lottery.enter(draw)
    with pytest.raises(draws.NotToBeGiven):
        draws.add_value(draw_id=draw.pk, value="0714", actor="user:1", at=lottery.now)
    lottery.drawn(draw)
    assert Draw.objects.get().state == DrawState.CLOSED

    draws.add_value(draw_id=draw.pk, value="0714", actor="user:1", at=lottery.now)
    for value, actor in (("0714", "user:1"), ("0715", "user:2")):
        with pytest.raises(draws.OtherValue):
            draws.add_value(draw_id=draw.pk, value=value, actor=actor, at=lottery.now)
    assert not draws.draw(draw_id=draw.pk, at=lottery.now)
    draws.add_value(draw_id=draw.pk, value="0714", actor="user:2", at=lottery.now)

    assert draws.carry_on(at=lottery.now) == 1
    assert queries.published(Draw.objects.get())["public_value"] == "0714"


class TestAValueTypedWrong:
    @pytest.fixture
    def draw(self, lottery) -> Draw:
        """Closed; the first person has mistyped what the source says."""
        made = lottery.open(mixes_public=True)
        lottery.enter(made)
        lottery.close(made)
        self.give(made, lottery, draws.add_value, "0741", "user:1")
        return made

    def give(self, draw, lottery, verb, value: str, actor: str) -> None:
        verb(draw_id=draw.pk, value=value, actor=actor, at=lottery.now)

    @pytest.mark.parametrize(("who", "confirms"), [("user:1", "user:2"), ("user:2", "user:1")])
    def test_it_is_corrected_and_then_confirmed_by_another(self, lottery, draw, who, confirms):
        self.give(draw, lottery, draws.correct_value, "0714", who)

        with pytest.raises(draws.OtherValue):
            self.give(draw, lottery, draws.add_value, "0714", who)
        self.give(draw, lottery, draws.add_value, "0714", confirms)
        assert draws.draw(draw_id=draw.pk, at=lottery.now)
        assert queries.published(Draw.objects.get())["public_value"] == "0714"
        noted = AuditEntry.objects.get(action="draws.value-corrected")
        assert (noted.actor, noted.facts) == (who, {"before": "0741", "value": "0714"})

    def test_a_confirmed_one_stands(self, lottery, draw):
        self.give(draw, lottery, draws.add_value, "0741", "user:2")

        with pytest.raises(draws.NotToBeGiven):
            self.give(draw, lottery, draws.correct_value, "0714", "user:1")

        assert Draw.objects.get().public_value == "0741"
        assert not AuditEntry.objects.filter(action="draws.value-corrected").exists()

    def test_where_there_is_none_there_is_nothing_to_correct(self, lottery):
        other = lottery.open(mixes_public=True)
        lottery.close(other)

        with pytest.raises(draws.NotToBeGiven):
            self.give(other, lottery, draws.correct_value, "0714", "user:1")

        assert Draw.objects.get().public_value == ""


def test_a_draw_takes_no_public_value_that_it_did_not_announce(lottery):
    draw = lottery.close(lottery.open())

    with pytest.raises(draws.NotToBeGiven):
        draws.add_value(draw_id=draw.pk, value="0714", actor="user:1", at=lottery.now)


def test_with_another_seed_than_the_bound_one_nothing_is_drawn(lottery):
    draw = lottery.open()
    lottery.enter(draw)
    lottery.close(draw)
    Draw.objects.update(seed_sealed=seals.seal("ab" * 32, purpose="draw-seed"))

    with pytest.raises(draws.BrokenSeed):
        draws.draw(draw_id=draw.pk, at=lottery.now)

    assert Draw.objects.get().state == DrawState.CLOSED
    assert not Entry.objects.exists()


def test_with_a_list_that_was_changed_after_closing_nothing_is_drawn(lottery):
    draw = lottery.open()
    lottery.enter(draw)
    lottery.close(draw)
    Slip.objects.update(number="0" * 16)

    with pytest.raises(draws.BrokenSeed):
        draws.draw(draw_id=draw.pk, at=lottery.now)

    assert not Entry.objects.exists()


def test_who_dies_in_the_middle_of_drawing_has_done_nothing(lottery, monkeypatch):
    draw = lottery.open()
    lottery.enter(draw)
    lottery.close(draw)
    with monkeypatch.context() as patch:
        patch.setattr(draws.drawing.outbox, "record", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            draws.draw(draw_id=draw.pk, at=lottery.now)
    assert (Draw.objects.get().seed, Entry.objects.count()) == ("", 0)

    assert draws.draw(draw_id=draw.pk, at=lottery.now)

    assert Entry.objects.count() == 1


def test_where_nobody_is_named_a_guest_signs_in_first(lottery, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: lottery.now)
    draw = lottery.open()
    lottery.seller.shelf.append(lottery.ref)
    address = f"/en/draws/{draw.pk}/enter/"

    for answer in (Client().get(address), Client().post(address, {"class_": "2"})):
        assert answer.url == f"/en/me/sign-in/?next={address}"

    assert not Slip.objects.exists()


def test_the_pages_take_somebody_from_the_draw_to_a_number(lottery, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: lottery.now)
    draw = lottery.open()
    lottery.seller.shelf.append(lottery.ref)
    browser = enter(TouristFactory(phone="16112345678"))
    assert "enter until" in browser.get(f"/en/draws/{draw.pk}/").text
    address = f"/en/draws/{draw.pk}/enter/"
    key = re.search(r'name="request_key" value="([^"]+)"', browser.get(address).text)[1]
    sent = {"class_": "2", "contact": "16112345678", "pay_by": "", "request_key": key}

    looked = browser.post(address, sent)
    assert "What it costs if you win" in looked.text
    assert not Slip.objects.exists()
    done = browser.post(address, {**sent, "limit": "20"})

    slip = Slip.objects.get()
    assert (done.status_code, slip.size, slip.limit_fen) == (302, 2, 2000)
    assert slip.number in browser.get(f"/en/draws/{draw.pk}/").text
    assert slip.number not in Client().get(f"/en/draws/{draw.pk}/").text
    browser.post(f"/en/draws/{draw.pk}/slips/{slip.pk}/leave/")
    assert not Slip.objects.exists()


def test_nobody_takes_anothers_slip_out(lottery, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: lottery.now)
    draw = lottery.open()
    slip = lottery.enter(draw)

    answer = Client().post(f"/en/draws/{draw.pk}/slips/{slip.pk}/leave/")

    assert answer.status_code == 404
    assert Slip.objects.count() == 1
