"""Papers: whose they are, and that the desk is told once before one ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.messages.models import Message
from accounts.organisations.models import Role
from tests import cast
from tests.factories import fleet as made
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.kernel import RegionFactory
from transport.fleet import operations as fleet
from transport.fleet import queries
from transport.fleet.models import OF_HOUSE, Paper, PaperKind, Vehicle

AT = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def house(db):
    organisation = OrganisationFactory(region=RegionFactory())
    for role in (Role.OPERATOR, Role.DRIVER):
        MembershipFactory(organisation=organisation, role=role)
    return organisation


def ends(house, days: float, kind=PaperKind.OPERATING_LICENCE, **holder) -> Paper:
    return made.paper(house, kind, until=AT + timedelta(days=days), **holder)


@pytest.mark.parametrize(
    ("days", "told"), [(31, 0), (30 + 1 / 86_400, 0), (30, 1), (1, 1), (-1, 1)]
)
def test_the_desk_is_told_thirty_days_before_once(house, days, told):
    ends(house, days)

    assert fleet.warn_of_papers(at=AT) == told
    assert fleet.warn_of_papers(at=AT) == 0
    assert Message.objects.filter(kind="transport.fleet.runs-out").count() == told


def test_a_renewal_is_not_warned_of_and_says_nothing_about_another_vehicle(house):
    one, two = made.vehicle(house, "皖J00001"), made.vehicle(house, "皖J00002")
    Paper.objects.all().delete()
    ends(house, 5, PaperKind.VEHICLE_LICENCE, vehicle=one)
    ends(house, 400, PaperKind.VEHICLE_LICENCE, vehicle=one)
    due = ends(house, 5, PaperKind.VEHICLE_LICENCE, vehicle=two)

    assert list(queries.running_out(at=AT)) == [due]


def test_what_is_out_of_service_is_left_alone(house):
    old = made.vehicle(house)
    Paper.objects.all().delete()
    ends(house, 5, PaperKind.VEHICLE_LICENCE, vehicle=old)
    Vehicle.objects.update(is_retired=True)

    assert fleet.warn_of_papers(at=AT) == 0


def test_the_message_names_paper_holder_and_end(house):
    vehicle = made.vehicle(house)
    Paper.objects.all().delete()
    ends(house, 5, PaperKind.COMPULSORY_INSURANCE, vehicle=vehicle)

    fleet.warn_of_papers(at=AT)

    message = Message.objects.get()
    assert message.about == f"paper:{Paper.objects.get().pk}"


def test_a_paper_is_of_one_holder_of_its_kind(house):
    vehicle, driver = made.vehicle(house), made.driver(house)

    wrong = [
        (PaperKind.OPERATING_LICENCE, {"vehicle": vehicle}),
        (PaperKind.VEHICLE_LICENCE, {}),
        (PaperKind.DRIVING_LICENCE, {"vehicle": vehicle, "driver": driver}),
    ]

    for kind, holder in wrong:
        with pytest.raises(ValidationError):
            Paper(
                organisation=house, kind=kind, number="1", valid_from=AT,
                valid_until=AT + timedelta(1), **holder,
            ).full_clean()  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            made.paper(house, kind, **holder)


def test_anothers_vehicle_gets_no_paper_here(house):
    stranger = made.vehicle(OrganisationFactory(), "皖A00001")

    with pytest.raises(ValidationError):
        Paper(
            organisation=house, kind=PaperKind.VEHICLE_LICENCE, vehicle=stranger, number="1",
            valid_from=AT, valid_until=AT + timedelta(1),
        ).full_clean()  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("皖J·12345", "皖J12345"), ("皖j-d1234", "皖JD1234"), (" 皖J 12345 ", "皖J12345")],
)
def test_a_plate_is_kept_one_way(house, typed, kept):
    vehicle = Vehicle(organisation=house, plate=typed, seats=50)

    vehicle.full_clean()

    assert vehicle.plate == kept


@pytest.mark.parametrize("typed", ["", "X", "皖J_12345", "皖J123456789012", "<b>"])
def test_what_is_no_plate_is_refused(house, typed):
    with pytest.raises(ValidationError):
        Vehicle(organisation=house, plate=typed, seats=50).full_clean()


def test_at_most_a_tenth_ride_on_laps(house):
    with pytest.raises(IntegrityError):
        Vehicle.objects.create(organisation=house, plate="皖J12345", seats=49, lap_places=5)


def test_every_kind_has_a_holder():
    assert len(OF_HOUSE) == 2


def test_a_desk_retires_a_driver_who_signs_in(house):
    driver = made.driver(house)
    driver.user = UserFactory()
    driver.save()
    desk = UserFactory(is_staff=True)
    MembershipFactory(user=desk, organisation=house, role=Role.OPERATOR)
    page = reverse("admin:transport_fleet_driver_change", args=[driver.pk])
    said = {"name": driver.name, "user": driver.user_id, "is_retired": "on"}

    answered = cast.enter(desk).post(page, said)

    driver.refresh_from_db()
    assert (answered.status_code, driver.is_retired) == (302, True)
    assert driver.user
