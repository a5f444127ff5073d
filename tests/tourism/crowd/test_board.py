"""The operator's board: figures, curve, what is done from it; and the facilities of an area."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.organisations.models import Role
from kernel import clock
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.kernel import PlaceFactory
from tests.tourism.crowd.conftest import TEN, minutes
from tourism.areas.models import Gate
from tourism.crowd import board, operations
from tourism.crowd.models import Correction, Duty, Facility, Measure, Stop, StopState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TEN)


@pytest.fixture
def desk(area):
    user = UserFactory(login_name="desk", email="desk@example.org")
    MembershipFactory(user=user, organisation=area.organisation, role=Role.OPERATOR)
    browser = enter(user)
    browser.user = user
    return browser


def shut_form(**more):
    return {"what": "area", "reason_zh": "雷电", "reason_en": "Lightning", **more}


def test_the_board_shows_figures_doors_and_curve(area, watch, walk, desk):
    Gate.objects.create(
        area=area, slug="north", name_zh="北门", name_en="North Gate",
        place=PlaceFactory(region=area.region),
    )  # fmt: skip
    walk(60, TEN - minutes(30))
    operations.look(at=TEN)

    page = desk.get(f"/en/crowd/{area.pk}/").text

    assert '<b data-poll="people">60</b>' in page
    assert "North Gate" in page
    assert "busy" in page
    assert "60 % of 100" in page


def test_the_pages_question_has_the_same_figures_and_costs_nothing_unchanged(
    area, watch, walk, desk
):
    walk(60, TEN - minutes(30))
    operations.look(at=TEN)
    address = f"/en/crowd/{area.pk}/state/"

    first = desk.get(address)
    again = desk.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert first.json()["people"] == 60
    assert first.json()["level"] == "busy"
    assert (again.status_code, again.content) == (304, b"")


def test_the_curve_of_the_day_is_by_five_minutes_and_ends_at_the_figure_of_now(area, watch, walk):
    walk(10, TEN - minutes(20))
    walk(5, TEN - minutes(9))
    operations.correct(area=area, people=9, reason="x", actor="user:1", at=TEN - minutes(1))
    operations.recount_all(at=TEN)
    at = TEN
    got = board.get_area(area.pk, organisation_ids=[area.organisation_id])

    assert board.history(got, at=at) == [
        (TEN - minutes(15), 10 + 0),
        (TEN - minutes(10), 10),
        (TEN - minutes(5), 15),
        (TEN, 15 + Correction.objects.get().delta),
    ]


def test_a_correction_from_the_page(area, watch, desk):
    answer = desk.post(f"/en/crowd/{area.pk}/correct/", {"people": "12", "reason": "counted"})

    assert answer.status_code == 302
    row = Correction.objects.get()
    assert (row.people, row.delta, row.actor) == (12, 12, f"user:{desk.user.pk}")


def test_a_correction_without_a_reason_is_not_written(area, watch, desk):
    answer = desk.post(f"/en/crowd/{area.pk}/correct/", {"people": "12", "reason": ""})

    assert answer.status_code == 200
    assert not Correction.objects.exists()


def test_a_duty_is_ticked_off_from_the_page(area, watch, walk, desk):
    Measure.objects.create(area=area, level=1, text_zh="开门", owner=desk.user)
    walk(60, TEN - minutes(30))
    operations.look(at=TEN)

    desk.post(f"/en/crowd/{area.pk}/duties/{Duty.objects.get().pk}/")

    assert Duty.objects.get().done_by == f"user:{desk.user.pk}"


def test_shutting_is_looked_at_first_and_done_by_the_number_that_was_seen(area, desk):
    address = f"/en/crowd/{area.pk}/stop/"

    first = desk.post(address, shut_form())
    assert 'name="seen" value="0:area::"' in first.text
    assert not Stop.objects.exists()
    other = desk.post(address, shut_form(seen="7:area::"))
    assert (other.status_code, Stop.objects.count()) == (200, 0)
    done = desk.post(address, shut_form(seen="0:area::"))

    assert done.status_code == 302
    row = Stop.objects.get()
    assert (row.area, row.starts_at, row.until, row.reason_en) == (area, TEN, None, "Lightning")


def test_something_else_than_what_was_shown_is_looked_at_again(area, desk):
    address = f"/en/crowd/{area.pk}/stop/"

    page = desk.post(address, shut_form(seen="0:lift:1::"))
    later = desk.post(address, shut_form(seen="0:area::", until="23:00"))

    assert (page.status_code, later.status_code, Stop.objects.count()) == (200, 200, 0)
    assert "It is not what was shown" in page.text


def test_an_end_before_the_beginning_is_refused_at_its_field(area, desk):
    page = desk.post(f"/en/crowd/{area.pk}/stop/", shut_form(until="09:00", seen="0:area::0900"))

    assert "It must end after it begins." in page.text
    assert not Stop.objects.exists()


def test_undo_confirm_and_open_again_from_the_page(area, desk):
    for verb, state in (("undo", StopState.UNDONE), ("reopen", StopState.ENDED)):
        desk.post(f"/en/crowd/{area.pk}/stop/", shut_form(seen="0:area::"))
        row = Stop.objects.latest("pk")
        desk.post(f"/en/crowd/{area.pk}/stops/{row.pk}/{verb}/")
        row.refresh_from_db()
        assert row.state == state


def test_a_stop_of_another_area_is_not_found(area, desk):
    answer = desk.post(f"/en/crowd/{area.pk}/stops/0/undo/")

    assert answer.status_code == 404


def test_the_facilities_of_an_area_are_on_its_page(client, area):
    Facility.objects.create(area=area, kind="TOILET", name_zh="厕所", name_en="Lake toilet")
    Facility.objects.create(
        area=area, kind="CAMERA", name_zh="直播", name_en="Summit", address="https://example.org/c"
    )

    page = client.get(f"/en/{area.region.slug}/areas/{area.slug}/").text

    assert "Lake toilet" in page
    assert 'href="https://example.org/c"' in page


def test_yesterdays_crossings_are_not_todays(area, watch, walk):
    walk(60, TEN - minutes(30))
    operations.look(at=TEN)
    got = board.get_area(area.pk, organisation_ids=[area.organisation_id])

    assert len(board.board_of(got, at=TEN).crossings) == 1
    assert board.board_of(got, at=TEN + timedelta(days=1)).crossings == []
