"""Devices come by an invitation, speak by their key, and can be shut out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from bookings.gates import admission, signing
from bookings.gates.admission import InvitationWrong, KeyWrong, Replayed, ShutOut
from bookings.gates.models import Alone, GateDevice, Invitation
from bookings.vouchers.posts import Post
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import NotFound

__all__ = (
    "Heard",
    "InvitationWrong",
    "KeyWrong",
    "Replayed",
    "ShutOut",
    "admit",
    "enrol",
    "hear",
    "invite",
    "place_of",
    "server_ms",
    "shut_out",
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a device says of itself. ``heard_until`` and ``synced`` are what it has proof of."""

    version: str
    queue: int
    battery: int | None
    heard_until: int


def invite(*, post: Post, alone: Alone, actor: str, at: datetime) -> str:
    """Invite one device to a post; the code of eight letters is shown once and good for 15 minutes."""
    code = codes.new_code(admission.LETTERS)
    with transaction.atomic():
        made = Invitation.objects.create(
            organisation_id=post.organisation_id,
            region_id=post.region_id,
            post_key=post.key,
            place=place_of(post),
            roams=post.roams,
            alone=alone,
            code_hash=admission.hash_of(code),
            made_by=actor,
            made_at=at,
            expires_at=at + admission.GOOD_FOR,
        )
        note("invited", actor, f"gate-invitation:{made.pk}", at, post=post.key)
    return code


def enrol(*, code: str, public_key: bytes, address: str, at: datetime) -> GateDevice:
    """Take in the device that typed an invitation's code and made this key.

    :raises InvitationWrong: unknown, used or over. :raises KeyWrong: no point of P-256.
    :raises TooMany: too many tries from this address.
    """
    admission.count_try(address, at=at)
    with transaction.atomic():
        invitation = admission.use_up(
            Invitation.objects.all(), code=code, public_key=public_key, at=at
        )
        device = GateDevice.objects.create(
            invitation=invitation,
            organisation_id=invitation.organisation_id,
            region_id=invitation.region_id,
            post_key=invitation.post_key,
            place=invitation.place,
            roams=invitation.roams,
            alone=invitation.alone,
            public_key=public_key.hex(),
            enrolled_at=at,
            seen_at=at,
        )
        note("enrolled", device.actor, _subject(device), at, post=device.post_key)
    return device


def admit(
    *, signed: signing.Signed, method: str, path: str, body: bytes, at: datetime
) -> GateDevice:
    """The device that asks, if it is one of ours and this request is new.

    :raises ShutOut: unknown, revoked, or not signed by its key. :raises Replayed: not a new counter.
    """
    return admission.admit(
        GateDevice.objects.all(), signed=signed, method=method, path=path, body=body, at=at
    )


def hear(*, device: GateDevice, heard: Heard) -> None:
    """Keep what a device says of itself. What it knows only grows."""
    GateDevice.objects.filter(pk=device.pk).update(
        version=heard.version, queue=heard.queue, battery=heard.battery
    )
    GateDevice.objects.filter(pk=device.pk, heard_until__lt=heard.heard_until).update(
        heard_until=heard.heard_until
    )


def shut_out(
    *, device_id: int, organisation_ids: Collection[int], actor: str, at: datetime
) -> None:
    """Shut a device out from its next request on; again it changes nothing.

    :raises NotFound: there is none, or it is another organisation's.
    """
    with transaction.atomic():
        ours = GateDevice.objects.filter(pk=device_id, organisation_id__in=organisation_ids)
        if not ours.exists():
            raise NotFound
        if ours.filter(revoked_at__isnull=True).update(revoked_at=at, revoked_by=actor):
            note("shut-out", actor, f"gate:{device_id}", at)


def place_of(post: Post) -> dict[str, str]:
    """A post's name and door in words."""
    return {
        language: " · ".join(filter(None, (title, post.subtitle.get(language))))
        for language, title in post.title.items()
    }


def server_ms(at: datetime) -> int:
    """A moment as devices count time."""
    return int(at.astimezone(UTC).timestamp() * 1000)


def _subject(device: GateDevice) -> str:
    return f"gate:{device.pk}"


def note(word: str, actor: str, subject: str, at: datetime, **facts: Any) -> None:
    """Write in the audit what became of a device."""
    audit.record(actor=actor, action=f"gates.device.{word}", subject=subject, facts=facts, at=at)
