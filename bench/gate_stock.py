"""What a bench of gates needs: codes of people who have paid, devices, and staff at the doors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import django_otp
from django.conf import settings
from django.contrib import auth
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.utils.crypto import get_random_string

from accounts.identity import operations as identity
from accounts.identity.models import Session, SignIn, User
from accounts.identity.session_store import SessionStore
from accounts.organisations.models import Membership, Role
from bookings.codes import operations as issuers
from bookings.contracts import Part
from bookings.gates import operations as gates
from bookings.gates.devices import DeviceKey
from bookings.gates.models import Alone
from bookings.orders import frozen
from bookings.orders.models import Line, Order, State
from bookings.vouchers import saying
from bookings.vouchers.models import Pass, Voucher
from bookings.vouchers.posts import Post
from kernel import codes

PRICE_FEN = 19_000
_BATCH = 2_000
_BACKEND = "accounts.identity.backends.WorkBackend"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody at a door, signed in."""

    user_id: int
    cookies: str
    csrf: str


@dataclass(slots=True)
class Door:
    """An enrolled device, its key, and the number of its last scan."""

    id: int
    key: DeviceKey
    number: int = 0

    def next_number(self) -> int:
        self.number += 1
        return self.number


def enrol(post: Post, number: int, *, at: datetime) -> list[Door]:
    """So many devices at a post, each invited and enrolled from an address of its own."""
    return [_enrol(post, f"192.0.2.{n}", at) for n in range(number)]


def _enrol(post: Post, address: str, at: datetime) -> Door:
    key = DeviceKey()
    code = gates.invite(post=post, alone=Alone.ANY, actor="bench:gates", at=at)
    device = gates.enrol(code=code, public_key=key.public, address=address, at=at)
    return Door(device.pk, key)


def sell(post: Post, number: int, *, at: datetime, zones: Sequence[str] = ()) -> list[Pass]:
    """So many people who have paid, each with a code of their own that is good at a post today.

    ``zones`` are further places that are good with the same part.
    """
    made: list[Pass] = []
    for start in range(0, number, _BATCH):
        made += _sell_some(post, min(_BATCH, number - start), at, (post.zone, *zones))
    return made


def _sell_some(post: Post, number: int, at: datetime, zones: Sequence[str]) -> list[Pass]:
    orders = Order.objects.bulk_create(_order(post, at) for _ in range(number))
    lines = Line.objects.bulk_create(_line(order, post, at) for order in orders)
    passes = Pass.objects.bulk_create(_pass(order, at) for order in orders)
    Voucher.objects.bulk_create(
        Voucher(
            carrier=carrier,
            line=line,
            region_id=post.region_id,
            part_key="p0",
            zone=zone,
            valid_from=at - timedelta(hours=1),
            valid_until=at + timedelta(hours=12),
            show={"class": {"zh-hans": "成人", "en": "Adult"}, "age": 35},
            issued_at=at,
        )
        for line, carrier in zip(lines, passes, strict=True)
        for zone in zones
    )
    return passes


def _order(post: Post, at: datetime) -> Order:
    return Order(
        code=codes.new_code(),
        token=codes.new_token(),
        region_id=post.region_id,
        actor="bench:gates",
        request_key=codes.new_token(),
        body_hash="",
        total_fen=PRICE_FEN,
        due_now_fen=PRICE_FEN,
        received_fen=PRICE_FEN,
        language="zh-hans",
        placed_at=at,
        due_at=at,
        paid_at=at,
    )


def _line(order: Order, post: Post, at: datetime) -> Line:
    part = Part("p0", {"zh-hans": "成人", "en": "Adult"}, PRICE_FEN, "adult")
    return Line(
        order=order,
        position=0,
        kind="bench",
        ref="bench",
        supplier_id=post.organisation_id,
        region_id=post.region_id,
        title=dict(post.title),
        starts_at=at - timedelta(hours=1),
        ends_at=at + timedelta(hours=12),
        units=1,
        price_fen=PRICE_FEN,
        parts=frozen.freeze_parts((part,)),
        terms={},
        dues=[],
        state=State.CONFIRMED,
    )


def _pass(order: Order, at: datetime) -> Pass:
    return Pass(
        order=order,
        region_id=order.region_id,
        traveller_id=1,
        holder="测试",
        first_day=at.date() - timedelta(days=1),
        last_day=at.date() + timedelta(days=1),
    )


def texts(passes: Sequence[Pass], *, at: datetime) -> list[str]:
    """The signed codes of passes, as they are printed."""
    return issuers.sign(saying.static(passes, at=at), at=at)


def hire(post: Post, number: int, *, at: datetime) -> list[Staff]:
    """So many people at the doors of a post's house, each behind a second factor on their own device."""
    return [_hire(post, n, at) for n in range(number)]


def _hire(post: Post, number: int, at: datetime) -> Staff:
    user = User.objects.create_user(login_name=f"bench-gate-{number}", password=None)
    Membership.objects.create(user=user, organisation_id=post.organisation_id, role=Role.GATE)
    device = identity.begin_enrolment(user=user)
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    until = at + timedelta(hours=14)
    sign_in = SignIn.objects.create(
        user=user, is_work=True, started_at=at, seen_at=at, ends_at=until
    )
    facts = {
        auth.SESSION_KEY: str(user.pk),
        auth.BACKEND_SESSION_KEY: _BACKEND,
        auth.HASH_SESSION_KEY: user.get_session_auth_hash(),
        django_otp.DEVICE_ID_SESSION_KEY: device.persistent_id,
        "sign_in": sign_in.pk,
        "at_work": True,
    }
    key = get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789")
    Session.objects.create(
        session_key=key,
        session_data=SessionStore().encode(facts),
        expire_date=until,
        sign_in=sign_in,
    )
    csrf = get_random_string(CSRF_SECRET_LENGTH)
    cookies = f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={csrf}"
    return Staff(user.pk, cookies, csrf)
