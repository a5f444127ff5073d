"""Demonstration accounts live on local data only; elsewhere they neither exist nor let anybody in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts.identity.models import User
from accounts.organisations import demonstration, queries
from accounts.organisations.models import Kind, Membership, Organisation, Role
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def region(settings):
    settings.QUANYU_LOCAL = True
    region = RegionFactory()
    OrganisationFactory.create_batch(2, region=region)
    return region


@pytest.fixture
def accounts(region) -> list[User]:
    demonstration.create(region_id=region.pk, at=AT)
    return list(User.objects.filter(is_demonstration=True).order_by("pk"))


def sign_in(name: str) -> int:
    """What the staff's sign-in answers to the name, password and digits of the tour."""
    login = next(one for one in demonstration.logins() if one.name == name)
    form = {"username": login.name, "password": login.password, "code": login.code}
    return Client().post(reverse("identity:staff"), form).status_code


def test_three_work_for_everybody_in_the_region_and_a_clerk_at_one_counter(accounts, region):
    ours = Membership.objects.filter(organisation__region=region)
    assert [user.login_name for user in accounts] == [
        None, "operator", "gate", "driver", "counter", "platform", "platform2",
    ]  # fmt: skip
    assert ours.exclude(role=Role.COUNTER).count() == 6
    assert [one.user.login_name for one in ours.filter(role=Role.COUNTER)] == ["counter"]
    assert [user.login_name for user in accounts if user.is_staff] == [
        "operator", "platform", "platform2",
    ]  # fmt: skip


def test_two_of_the_platform_see_what_belongs_to_no_supplier(accounts):
    assert [user.login_name for user in accounts if queries.sees_all(user)] == [
        "platform", "platform2",
    ]  # fmt: skip
    assert Organisation.objects.filter(kind=Kind.PLATFORM).count() == 1


def test_making_them_again_makes_none(accounts, region):
    demonstration.create(region_id=region.pk, at=AT)

    assert User.objects.count() == 7
    assert Membership.objects.count() == 9


@pytest.mark.parametrize("name", ["operator", "counter", "platform", "platform2"])
def test_their_logins_of_the_tour_open_the_door(accounts, name):
    assert {login.role for login in demonstration.logins()} == {
        "tourist", "operator", "gate", "driver", "counter", "platform", "platform2",
    }  # fmt: skip
    assert sign_in(name) == 302


def test_a_login_of_the_tour_opens_the_rooms_of_the_platform(accounts, settings):
    browser = Client()
    [login] = [one for one in demonstration.logins() if one.name == "platform"]
    form = {"username": login.name, "password": login.password, "code": login.code}
    browser.post(reverse("identity:staff"), form)

    answers = {
        name: browser.get(reverse(f"admin:{name}_changelist")).status_code
        for name in ("bookings_refunds_refund", "bookings_ledger_entry", "bookings_tabs_tab")
    }

    assert set(answers.values()) == {200}


def test_on_servers_of_an_operator_none_are_made(region, settings):
    settings.QUANYU_LOCAL = False

    with pytest.raises(demonstration.NotHere):
        demonstration.create(region_id=region.pk, at=AT)

    assert User.objects.count() == 0
    assert demonstration.logins() == ()


def test_with_one_of_them_the_site_does_not_start_elsewhere(accounts, settings):
    settings.QUANYU_LOCAL = settings.QUANYU_THROWAWAY = False

    with pytest.raises(ImproperlyConfigured, match="operator"):
        demonstration.refuse_in_production()


def test_without_them_it_starts(settings):
    settings.QUANYU_LOCAL = settings.QUANYU_THROWAWAY = False

    assert demonstration.refuse_in_production() is None


def test_a_copied_account_opens_no_door_elsewhere(accounts, settings):
    [login] = [one for one in demonstration.logins() if one.role == "operator"]
    settings.QUANYU_LOCAL = False

    answer = Client().post(
        reverse("identity:staff"),
        {"username": login.name, "password": login.password, "code": login.code},
    )

    assert answer.status_code == 200
    assert "sign_in" not in answer.wsgi_request.session
