"""The boarding list on paper and the page for an inspector."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.organisations.models import Role
from bookings.vouchers.models import Pass
from tests.cast import enter
from tests.factories import fleet
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from transport.fleet.models import Paper, PaperKind
from transport.lines import operations as lines


@pytest.fixture
def driver(run) -> Client:
    user = UserFactory(login_name="driver")
    MembershipFactory(user=user, organisation=run.line.organisation, role=Role.DRIVER)
    return enter(user)


@pytest.fixture
def sold(run, sell):
    sell(run, 2)
    sell(run, board=1, alight=2)
    Pass.objects.update(holder="王小明", document_tail="123X")
    lines.give_seats(run_id=run.pk)
    return run


@pytest.mark.parametrize("width", ["", "58", "80", "70"])
def test_it_has_seats_names_and_stops(driver, sold, width):
    answer = driver.get(f"/en/runs/{sold.pk}/list/?w={width}")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count("王小明") == 3
    assert text.count("123X") == 3
    assert [row.seat for row in answer.context["sheet"].rows] == ["1", "2", "3"]
    assert [(stop.on, stop.off) for stop in answer.context["sheet"].stops] == [
        (2, 0),
        (1, 0),
        (0, 3),
    ]
    assert ("q-roll" in text) == (width in {"58", "80"})


def test_the_inspector_sees_names_and_every_paper_at_once(driver, sold, at):
    house = sold.line.organisation
    vehicle, man = fleet.vehicle(house), fleet.driver(house, name="程师傅")
    lines.assign(run=sold, vehicle=vehicle, driver=man, actor="user:1", at=at)
    Paper.objects.filter(kind=PaperKind.QUALIFICATION).update(valid_until=sold.departs_at)
    Paper.objects.filter(kind=PaperKind.TRANSPORT_PERMIT).delete()

    answer = driver.get(f"/en/runs/{sold.pk}/papers/")

    text = answer.content.decode()
    [crew] = answer.context["crews"]
    assert [each.is_good for each in crew.papers] == [True, True, True, False, True, True, False]
    for words in ("皖J12345", "程师傅", "王小明", "not for this departure", "not on file"):
        assert words in text
    assert "Not every paper is good" in text


def test_without_a_vehicle_it_says_so(driver, sold):
    answer = driver.get(f"/en/runs/{sold.pk}/papers/")

    assert "No vehicle and no driver are assigned yet" in answer.content.decode()


@pytest.mark.parametrize("page", ["list", "papers"])
def test_strangers_and_other_houses_see_nothing(run, page, driver):
    user = UserFactory(login_name="stranger")
    MembershipFactory(user=user, organisation=OrganisationFactory(), role=Role.DRIVER)

    assert enter(user).get(f"/en/runs/{run.pk}/{page}/").status_code == 404
    assert enter(UserFactory()).get(f"/en/runs/{run.pk}/{page}/").status_code == 403
    assert Client().get(f"/en/runs/{run.pk}/{page}/").status_code == 302
    assert driver.get(f"/en/runs/0/{page}/").status_code == 404
    assert driver.post(f"/en/runs/{run.pk}/{page}/").status_code == 405


def test_the_way_there_is_one_click_from_the_list_of_the_post(driver, run, monkeypatch):
    from kernel import clock

    monkeypatch.setattr(clock, "now", lambda: run.departs_at)

    text = driver.get(f"/en/scan/run:{run.pk}/list/").content.decode()

    assert f'href="/en/runs/{run.pk}/papers/"' in text


def test_how_many_statements_the_list_takes(driver, sold, django_assert_max_num_queries, sell):
    for _each in range(5):
        sell(sold)
    with django_assert_max_num_queries(25):
        driver.get(f"/en/runs/{sold.pk}/list/")
