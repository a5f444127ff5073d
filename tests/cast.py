"""The named people of the tests, and how they come in.

Wang Fang travels with her family; Li Wei runs the ticket desk of one scenic area, Zhao Min its gate;
Chen Jie runs the fleet desk, Sun Tao drives; Qian Bo runs the desk of another scenic area and must
see nothing of all this; He Ping is of the platform itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import django_otp
from django.test import Client

from accounts.identity import operations as identity
from accounts.identity.models import Authenticator, SignIn, User
from accounts.organisations.models import Kind, Organisation, Role
from kernel import clock
from kernel.places.models import Region
from tests.factories.accounts import (
    MembershipFactory,
    OrganisationFactory,
    TouristFactory,
    UserFactory,
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and the three houses some of them work for."""

    area: Organisation
    fleet: Organisation
    other: Organisation
    wang_fang: User
    li_wei: User
    zhao_min: User
    chen_jie: User
    sun_tao: User
    qian_bo: User
    he_ping: User


def assemble(region: Region) -> Cast:
    """Let everybody come on, in one region."""
    area, fleet, other = (OrganisationFactory(region=region) for _house in range(3))
    platform = OrganisationFactory(kind=Kind.PLATFORM)
    return Cast(
        area=area,
        fleet=fleet,
        other=other,
        wang_fang=TouristFactory(display_name="王芳"),
        li_wei=_at_work("li-wei", area, Role.ADMIN),
        zhao_min=_at_work("zhao-min", area, Role.GATE),
        chen_jie=_at_work("chen-jie", fleet, Role.OPERATOR),
        sun_tao=_at_work("sun-tao", fleet, Role.DRIVER),
        qian_bo=_at_work("qian-bo", other, Role.ADMIN),
        he_ping=_at_work("he-ping", platform, Role.ADMIN),
    )


def enter(user: User | None, *, client: Client | None = None, verified: bool = True) -> Client:
    """A browser in which ``user`` is signed in; with ``verified``, behind a second factor too.

    Tourists have none: they are signed in as a phone and a code would do it.
    """
    browser = client or Client()
    if user is None:
        return browser
    browser.force_login(user, backend="accounts.identity.backends.WorkBackend")
    is_work = user.login_name is not None
    session = browser.session
    session["sign_in"] = _sign_in(user, is_work=is_work, at=clock.now()).pk
    session["at_work"] = is_work
    if verified and is_work:
        session[django_otp.DEVICE_ID_SESSION_KEY] = authenticator_of(user).persistent_id
    session.save()
    return browser


def authenticator_of(user: User) -> Authenticator:
    """The person's authenticator in use, made now where there is none."""
    made = Authenticator.objects.filter(user=user, confirmed=True).first()
    if made is None:
        made = identity.begin_enrolment(user=user)
        made.confirmed = True
        made.save(update_fields=["confirmed"])
    return made


def _sign_in(user: User, *, is_work: bool, at: datetime) -> SignIn:
    return SignIn.objects.create(
        user=user, is_work=is_work, started_at=at, seen_at=at, ends_at=at + timedelta(hours=14)
    )


def _at_work(name: str, organisation: Organisation, role: Role) -> User:
    is_staff = role in (Role.ADMIN, Role.OPERATOR)
    user = UserFactory(login_name=name, is_staff=is_staff)
    MembershipFactory(user=user, organisation=organisation, role=role)
    return user
