"""The first page of the back office: what waits, and what is running out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.messages.models import Delivery, Message, State
from bookings.cash import operations as cash
from kernel.outbox.models import Event
from kernel.places import loading
from tests import cast
from tests.factories.accounts import UserFactory
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


class Seller:
    """A loader whose days end soon."""

    name = "balloons"

    def __init__(self, days: int) -> None:
        self.days = days

    def horizon(self, *, region):
        return region.local_date(timezone.now()) + timedelta(days=self.days)


@pytest.fixture
def days_left(monkeypatch):
    def registered(days: int) -> None:
        monkeypatch.setattr(loading.loaders, "_loaders", [(10, Seller(days))])

    return registered


def index_of(user) -> str:
    with_desk = cast.enter(user)
    answer = with_desk.get(reverse("admin:index"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_fewer_than_fourteen_days_to_sell_is_an_alarm_to_the_regions_desks(days_left):
    region = RegionFactory(name_en="Huangshan")
    people = cast.assemble(region)
    days_left(13)

    for person in (people.li_wei, people.chen_jie, people.he_ping):
        assert "Huangshan, balloons: 13 days are laid out." in index_of(person)


def test_desks_of_another_region_hear_nothing_of_it(days_left):
    RegionFactory(name_en="Huangshan")
    stranger = cast.assemble(RegionFactory(name_en="Taishan")).li_wei
    days_left(13)

    page = index_of(stranger)

    assert "Taishan, balloons" in page
    assert "Huangshan, balloons" not in page


def test_with_fourteen_days_there_is_no_alarm(days_left):
    people = cast.assemble(RegionFactory(name_en="Huangshan"))
    days_left(14)

    assert "balloons" not in index_of(people.he_ping)


def test_a_desk_changes_its_own_password_and_is_out_everywhere():
    people = cast.assemble(RegionFactory())
    desk = cast.enter(people.li_wei)

    page = desk.get(reverse("admin:password_change"), follow=True)
    done = desk.post(page.request["PATH_INFO"], {"password": "a long and quiet river"})

    people.li_wei.refresh_from_db()
    assert people.li_wei.check_password("a long and quiet river")
    assert done.url == reverse("identity:staff")
    assert desk.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("who", ["wang_fang", "zhao_min"])
def test_nobody_else_is_given_a_link_that_sets_a_password(who):
    people = cast.assemble(RegionFactory())

    answer = cast.enter(getattr(people, who)).get(reverse("admin:password_change"))

    assert answer.status_code in (302, 403)
    assert "password" not in answer.headers.get("Location", "").split("?")[0]


def test_a_parked_event_waits_in_a_queue_of_the_platform():
    people = cast.assemble(RegionFactory())
    at = timezone.now()
    Event.objects.create(name="a.b.done", key="k", facts={}, recorded_at=at, parked_at=at)
    url = f"{reverse('admin:kernel_outbox_event_changelist')}?parked_at__isnull=False"

    assert f'href="{url}"><b>1</b>' in index_of(people.he_ping)
    assert cast.enter(people.he_ping).get(url).context["cl"].result_count == 1
    assert url not in index_of(people.li_wei)


def test_a_queue_is_counted_as_its_list_shows_it():
    people = cast.assemble(RegionFactory())
    for key, state in (("a", State.FAILED), ("b", State.FAILED), ("c", State.SENT)):
        message = Message.objects.create(
            key=key, kind="sign-in-code", language="en", body_sealed="", created_at=timezone.now()
        )
        Delivery.objects.create(
            message=message, channel="SMS", state=state, sent_at=timezone.now(),
            created_at=timezone.now(),
        )  # fmt: skip
    url = f"{reverse('admin:accounts_messages_delivery_changelist')}?state__exact=FAILED"

    assert f'href="{url}"><b>2</b>' in index_of(people.he_ping)
    assert cast.enter(people.he_ping).get(url).context["cl"].result_count == 2


def test_who_may_keep_a_drawer_finds_the_way_to_it_and_their_open_shift():
    people = cast.assemble(RegionFactory())
    way = f'href="{reverse("cash:counter")}"'

    before = index_of(people.li_wei)
    cash.open_shift(
        clerk_id=people.li_wei.pk, organisation_id=people.area.pk, float_fen=0, at=timezone.now()
    )
    after = index_of(people.li_wei)

    assert f"{way}>Open a drawer" in before
    assert f"{way}>My drawer: the shift at {people.area.name} is open" in after
    assert f"{way}>Open a drawer" in index_of(people.chen_jie)


def test_who_works_at_no_counter_is_not_led_there():
    keeper = UserFactory(is_staff=True, is_superuser=True, login_name="keeper")

    page = index_of(keeper)

    assert reverse("cash:counter") not in page
