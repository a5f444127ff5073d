"""Verbs on issuer keys: sign with the current one, retire it, revoke one that got out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from bookings.codes import wire
from bookings.codes.models import IssuerKey
from kernel import seals
from kernel.audit import operations as audit

_PURPOSE = "issuer-key"


def sign(facts: Iterable[wire.CodeFacts], *, at: datetime) -> list[str]:
    """The texts of static codes, signed with the current key, in the given order."""
    private = _private(at)
    return [wire.sign(each, private=private) for each in facts]


def level_1(facts: Iterable[wire.CodeFacts], *, at: datetime) -> list[bytes]:
    """What phones show codes from: level 1, signed with the current key, in the given order."""
    private = _private(at)
    return [wire.level_1(each, private=private) for each in facts]


def signed(message: bytes, *, at: datetime) -> tuple[str, bytes]:
    """The current key's id, and its signature of a message that begins with a word of its own."""
    private = Ed25519PrivateKey.from_private_bytes(_private(at))
    kid = wire.kid_of(private.public_key().public_bytes_raw())
    return kid.hex(), private.sign(message)


def rotate(*, actor: str, at: datetime) -> IssuerKey:
    """Sign with a new key from now on; codes of the old one stay good."""
    with transaction.atomic():
        old = _retire(at)
        new = _current(at)
        audit.record(
            actor=actor,
            action="codes.key.rotated",
            subject=f"issuer-key:{new.kid}",
            facts={"retired": old},
            at=at,
        )
    return new


def revoke(*, kid: str, actor: str, at: datetime) -> None:
    """Kill a key and every code it signed; the current one is replaced first.

    Pages sign anew whenever they are shown, so holders see a good code at their next look.
    """
    with transaction.atomic():
        if IssuerKey.objects.filter(kid=kid, retired_at__isnull=True).exists():
            _retire(at)
            _current(at)
        done = IssuerKey.objects.filter(kid=kid, revoked_at__isnull=True).update(revoked_at=at)
        if done:
            audit.record(
                actor=actor, action="codes.key.revoked", subject=f"issuer-key:{kid}", at=at
            )


def _private(at: datetime) -> bytes:
    return bytes.fromhex(seals.unseal(_current(at).private_sealed, purpose=_PURPOSE))


def _current(at: datetime) -> IssuerKey:
    """The key that signs; made when there is none. Two at once make one: the constraint decides."""
    key = IssuerKey.objects.filter(retired_at__isnull=True).first()
    if key is None:
        IssuerKey.objects.bulk_create([_new(at)], ignore_conflicts=True)
        key = IssuerKey.objects.get(retired_at__isnull=True)
    return key


def _new(at: datetime) -> IssuerKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return IssuerKey(
        kid=wire.kid_of(public).hex(),
        public=public.hex(),
        private_sealed=seals.seal(private.private_bytes_raw().hex(), purpose=_PURPOSE),
        created_at=at,
    )


def _retire(at: datetime) -> list[str]:
    """Retire the current key; return its kid in a list, empty where there is none."""
    current = IssuerKey.objects.select_for_update().filter(retired_at__isnull=True)
    kids = [key.kid for key in current]
    IssuerKey.objects.filter(kid__in=kids).update(retired_at=at)
    return kids
