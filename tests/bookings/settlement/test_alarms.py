"""A supplier beyond its guarantee: a message to the platform's desk, once a statement, and a measure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.messages import kinds
from accounts.messages.models import Message
from accounts.organisations.models import Kind, Role
from bookings.settlement import operations as settlement
from bookings.settlement.models import Statement
from bookings.settlement.operations import TermsOfKind
from bookings.settlement.operations.statements import month_end
from config.health import gauges
from tests.bookings.settlement.conftest import agree
from tests.bookings.vouchers.conftest import INSIDE
from tests.contracts.settled import earned
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """Two people of the platform's, and one who has left."""
    platform = OrganisationFactory(kind=Kind.PLATFORM)
    people = [
        MembershipFactory(organisation=platform, role=Role.OPERATOR).user for _each in range(2)
    ]
    gone = UserFactory(is_active=False)
    MembershipFactory(organisation=platform, role=Role.ADMIN, user=gone)
    return people


@pytest.fixture
def month(region) -> date:
    return region.local_date(INSIDE).replace(day=1)


def measure() -> float:
    [found] = [each for each in gauges.read() if each.name == "quanyu_suppliers_beyond_guarantee"]
    return found.values[()]


def test_the_desk_is_told_once_a_statement(desk, supplier, region, at, month):
    MembershipFactory(organisation=supplier, role=Role.ADMIN)
    agree(supplier, at, TermsOfKind(permille=0), guarantee_fen=1000)
    earned(supplier, -1000, at=INSIDE)
    settlement.make_statements(region=region, month=month, at=INSIDE)
    assert (Message.objects.count(), measure()) == (0, 0)

    earned(supplier, -1, at=INSIDE)
    for _again in range(2):
        settlement.make_statements(region=region, month=month, at=INSIDE)

    told = Message.objects.order_by("user_id")
    assert [message.user_id for message in told] == sorted(user.pk for user in desk)
    assert {message.about for message in told} == {Statement.objects.get().subject}
    assert str(supplier.name_en) in told[0].subject or str(supplier.name_zh) in told[0].subject
    assert measure() == 1


def test_the_next_month_tells_again_and_what_is_set_off_no_more(desk, supplier, region, month):
    earned(supplier, -500, at=INSIDE)
    settlement.make_statements(region=region, month=month, at=INSIDE)
    over = month_end(region, month) + timedelta(days=1)
    following = over.date().replace(day=1)
    settlement.make_statements(region=region, month=following, at=over)
    assert (Message.objects.count(), measure()) == (4, 1)

    earned(supplier, 500, at=over)
    settlement.make_statements(region=region, month=following, at=over)

    assert (Message.objects.count(), measure()) == (4, 0)


def test_nobody_is_offered_to_choose_it_away(desk):
    assert "DUTY" not in {topic.name for topic in kinds.topics()}
