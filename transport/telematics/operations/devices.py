"""Devices come into a vehicle by an invitation, speak by their key, and can be shut out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.gates import admission, signing
from kernel import codes
from kernel.audit import operations as audit
from transport.fleet.models import Vehicle
from transport.telematics.models import Invitation, Tracker

REPLACED = "replaced"
"""Who shut a device out that another one of its vehicle has followed."""


def invite(*, vehicle: Vehicle, actor: str, at: datetime) -> str:
    """Invite one device into a vehicle; the code of eight letters is shown once and good for 15 minutes."""
    code = codes.new_code(admission.LETTERS)
    with transaction.atomic():
        Invitation.objects.create(
            vehicle=vehicle,
            code_hash=admission.hash_of(code),
            made_by=actor,
            made_at=at,
            expires_at=at + admission.GOOD_FOR,
        )
        _note("invited", actor, f"vehicle:{vehicle.pk}", at)
    return code


def enrol(*, code: str, public_key: bytes, address: str, at: datetime) -> Tracker:
    """Take in the device that has an invitation's code and made this key; the one before is shut out.

    :raises InvitationWrong: unknown, used or over. :raises KeyWrong: no point of P-256.
    :raises TooMany: too many tries from this address.
    """
    admission.count_try(address, at=at)
    with transaction.atomic():
        invitation = admission.use_up(
            Invitation.objects.all(), code=code, public_key=public_key, at=at
        )
        # Two invitations of one vehicle that are used at once: one after the other.
        Vehicle.objects.select_for_update().get(pk=invitation.vehicle_id)
        before = Tracker.objects.filter(vehicle=invitation.vehicle_id, revoked_at__isnull=True)
        before.update(revoked_at=at, revoked_by=REPLACED)
        tracker = Tracker.objects.create(
            vehicle_id=invitation.vehicle_id,
            invitation=invitation,
            public_key=public_key.hex(),
            enrolled_at=at,
            seen_at=at,
        )
        _note("enrolled", tracker.actor, f"vehicle:{tracker.vehicle_id}", at)
    return tracker


def admit(*, signed: signing.Signed, method: str, path: str, body: bytes, at: datetime) -> Tracker:
    """The device that asks, if it is one of ours and this request is new.

    :raises ShutOut: unknown, revoked, or not signed by its key. :raises Replayed: not a new counter.
    """
    trackers = Tracker.objects.select_related("vehicle")
    return admission.admit(trackers, signed=signed, method=method, path=path, body=body, at=at)


def shut_out(*, tracker: Tracker, actor: str, at: datetime) -> None:
    """Shut a device out from its next request on; again it changes nothing."""
    live = Tracker.objects.filter(pk=tracker.pk, revoked_at__isnull=True)
    with transaction.atomic():
        if live.update(revoked_at=at, revoked_by=actor):
            _note("shut-out", actor, tracker.actor, at)


def _note(word: str, actor: str, subject: str, at: datetime, **facts: Any) -> None:
    audit.record(actor=actor, action=f"telematics.{word}", subject=subject, facts=facts, at=at)
