"""How a device that has a key of its own comes in and is known: for gates, and for whoever has devices.

A code that is shown once lets one device in, with a key that it made itself; from then on every request
is signed (``signing``) and counted. What a device is for, its own room knows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.identity import limits
from bookings.gates import signing
from kernel import codes, seals
from kernel.errors import Refusal

LETTERS = 8
GOOD_FOR = timedelta(minutes=15)
_PURPOSE = "gate-invitation"
_TRIES = 20


class InvitationWrong(Refusal):
    """No invitation has this code, or it was used, or its time is over."""

    code = "invitation_wrong"
    status = 403
    message = _("This code is not good, or not any more. Ask the desk for a new one.")


class KeyWrong(Refusal):
    """What was sent is no public key."""

    code = "key_wrong"
    status = 400
    message = _("This device could not make a key of its own. Try another browser.")


class ShutOut(Refusal):
    """The device is not enrolled, is shut out, or did not sign."""

    code = "shut_out"
    status = 401
    message = _("This device may not work here any more. Ask the desk to enrol it again.")


class Replayed(Refusal):
    """A request with this counter has come already. ``counter`` is the last one that counted."""

    code = "replayed"
    status = 409
    message = _("This request has come before.")


class OneTime(models.Model):
    """An invitation: a code by which one device is enrolled. Only its keyed hash is kept."""

    code_hash = models.CharField(_("hash of the code"), max_length=32, unique=True)
    made_by = models.CharField(_("by"), max_length=64)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        abstract = True


class Keyed(models.Model):
    """A device that is known by its key. ``counter`` is of its last request: a lower one is a replay."""

    public_key = models.CharField(
        _("public key"), max_length=130, help_text=_("A point of P-256, uncompressed, as hex.")
    )
    counter = models.BigIntegerField(_("requests"), default=0)
    enrolled_at = models.DateTimeField(_("enrolled at"))
    seen_at = models.DateTimeField(_("last heard of"))
    skew_ms = models.BigIntegerField(_("clock ahead by (ms)"), default=0)
    revoked_at = models.DateTimeField(_("shut out since"), null=True, blank=True)
    revoked_by = models.CharField(_("shut out by"), max_length=64, blank=True)

    class Meta:
        abstract = True


_Invitation = TypeVar("_Invitation", bound=OneTime)
_Device = TypeVar("_Device", bound=Keyed)


def window(name: str) -> models.CheckConstraint:
    """An invitation ends after it was made."""
    return models.CheckConstraint(condition=Q(made_at__lt=F("expires_at")), name=name)


def hash_of(code: str) -> str:
    """What is kept of a code that somebody typed."""
    return seals.index(codes.normalise(code), purpose=_PURPOSE)


def use_up(
    invitations: QuerySet[_Invitation], *, code: str, public_key: bytes, at: datetime
) -> _Invitation:
    """The invitation that this code opens, used from now on. In the transaction of what it is used for.

    :raises InvitationWrong: unknown, used or over. :raises KeyWrong: no point of P-256.
    """
    if not signing.is_point(public_key):
        raise KeyWrong
    chosen = invitations.filter(code_hash=hash_of(code))
    if not chosen.filter(used_at__isnull=True, expires_at__gt=at).update(used_at=at):
        raise InvitationWrong(field="code")
    return chosen.get()


def count_try(address: str, *, at: datetime) -> None:
    """Count a try to enrol. :raises TooMany: too many from this address."""
    limits.spend([limits.per("gate-enrol", address, _TRIES, GOOD_FOR)], at=at)


def admit(
    devices: QuerySet[_Device],
    *,
    signed: signing.Signed,
    method: str,
    path: str,
    body: bytes,
    at: datetime,
) -> _Device:
    """The device that asks, if it is one of these and this request is new.

    :raises ShutOut: unknown, revoked, or not signed by its key. :raises Replayed: not a new counter.
    """
    device = devices.filter(pk=signed.device_id).first()
    if device is None or device.revoked_at is not None:
        raise ShutOut
    if not signing.is_signed(
        signed, public_key=device.public_key, method=method, path=path, body=body
    ):
        raise ShutOut
    skew_ms = signed.time_ms - int(at.timestamp() * 1000)
    live = devices.filter(pk=device.pk, revoked_at__isnull=True)
    if not live.filter(counter__lt=signed.counter).update(
        counter=signed.counter, seen_at=at, skew_ms=skew_ms
    ):
        device.refresh_from_db()
        raise ShutOut if device.revoked_at else Replayed(counter=device.counter)
    return device
