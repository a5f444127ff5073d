"""The desk makes a draw of what it chooses from, and calls one off with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.organisations.models import Organisation, Role
from bookings.draws.models import Draw, DrawState
from bookings.inventory.models import Quota
from kernel import clock
from tests.bookings.conftest import STARTS_AT
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
ADD = "admin:bookings_draws_draw_add"


@pytest.fixture
def desk(lottery, monkeypatch):
    """An operator of the house that sells it."""
    monkeypatch.setattr(clock, "now", lambda: lottery.now)
    lottery.seller.shelf.append(lottery.ref)
    return desk_of(Organisation.objects.get(pk=lottery.seller.supplier_id), "own")


def desk_of(house: Organisation, name: str):
    user = UserFactory(is_staff=True, login_name=name)
    MembershipFactory(user=user, organisation=house, role=Role.ADMIN)
    return enter(user)


def day(lottery) -> str:
    return f"{STARTS_AT.astimezone(lottery.region.tz):%Y-%m-%d}"


def form(lottery, **more: object) -> dict[str, object]:
    closes = (lottery.now + timedelta(hours=2)).astimezone(lottery.region.tz)
    return {
        "region": lottery.region.pk, "day": day(lottery), "thing": f"shared|{lottery.ref}",
        "places": 4, "closes_at_0": f"{closes:%Y-%m-%d}", "closes_at_1": f"{closes:%H:%M:%S}", **more,
    }  # fmt: skip


def test_what_is_on_sale_that_day_is_there_to_choose(desk, lottery):
    empty = desk.get(reverse(ADD)).content.decode()
    page = desk.get(reverse(ADD), {"region": lottery.region.pk, "day": day(lottery)})

    assert f"shared|{lottery.ref}" not in empty
    assert f'value="shared|{lottery.ref}"' in page.content.decode()
    assert 'formmethod="get"' in empty


def test_a_draw_is_made_of_the_choice(desk, lottery):
    answer = desk.post(reverse(ADD), form(lottery))

    draw = Draw.objects.get()
    assert answer.status_code == 302
    assert (draw.kind, draw.ref, draw.places) == ("shared", lottery.ref, 4)
    page = desk.get(reverse(ADD), {"region": lottery.region.pk, "day": day(lottery)})
    assert f"shared|{lottery.ref}" not in page.content.decode()


@pytest.mark.parametrize("thing", ["", "shared|0:1000", "x", f"plain|{'1' * 90}"])
def test_what_is_not_there_to_choose_is_refused_at_its_field(desk, lottery, thing):
    answer = desk.post(reverse(ADD), form(lottery, thing=thing))

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() == {"thing"}
    assert not Draw.objects.exists()


def test_another_house_has_nothing_of_it_to_choose(desk, lottery):
    other = desk_of(OrganisationFactory(region=lottery.region), "other")

    answer = other.post(reverse(ADD), form(lottery))

    assert answer.status_code == 200
    assert not Draw.objects.exists()


def off(browser, draw: Draw, **said: str):
    return browser.post(reverse("admin:bookings_draws_draw_off", args=[draw.pk]), said)


def test_it_is_called_off_with_a_reason(desk, lottery):
    draw = lottery.open()
    change = reverse("admin:bookings_draws_draw_change", args=[draw.pk])
    assert (
        reverse("admin:bookings_draws_draw_off", args=[draw.pk])
        in desk.get(change).content.decode()
    )

    form = desk.get(reverse("admin:bookings_draws_draw_off", args=[draw.pk])).content.decode()
    assert "Call off the draw" in form
    assert form.count("border-base-200") >= 2, "fields that can be seen"

    refused = off(desk, draw, reason_zh="")
    assert (refused.status_code, Draw.objects.get().state) == (200, DrawState.OPEN)
    off(desk, draw, reason_zh="大风关闭", reason_en="closed for wind")

    draw.refresh_from_db()
    assert (draw.state, draw.off_reason["en"]) == (DrawState.OFF, "closed for wind")
    assert Quota.objects.get(channel="draw").release_at == lottery.now
    again = off(desk, draw, reason_zh="又一次")
    assert "This draw is over" in again.content.decode()


def test_another_house_calls_nothing_off(desk, lottery):
    draw = lottery.open()
    other = desk_of(OrganisationFactory(region=lottery.region), "other")

    assert off(other, draw, reason_zh="大风关闭").status_code == 404
    assert Draw.objects.get().state == DrawState.OPEN


@pytest.mark.usefixtures("desk")
def test_a_wrong_value_is_corrected_on_the_page_until_it_is_confirmed(lottery):
    draw = lottery.close(lottery.open(mixes_public=True))
    desk = desk_of(draw.organisation, "evening")
    page = reverse("admin:bookings_draws_draw_value", args=[draw.pk])
    assert 'name="correct"' not in desk.get(page).content.decode()
    desk.post(page, {"value": "0741"})
    assert 'name="correct"' in desk.get(page).content.decode()

    desk.post(page, {"value": "0714", "correct": "1"})

    draw.refresh_from_db()
    assert (draw.public_value, draw.value_confirmed_by) == ("0714", "")
    other = desk_of(OrganisationFactory(region=lottery.region), "other")
    assert other.post(page, {"value": "0000", "correct": "1"}).status_code == 404
    draw.refresh_from_db()
    assert draw.public_value == "0714"
