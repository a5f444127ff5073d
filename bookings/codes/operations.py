"""Sign and check codes with the issuer's keys."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.codes import wire
from bookings.codes.models import IssuerKey
from kernel import seals
from kernel.audit import operations as audit
from kernel.errors import Refusal

SKEW = timedelta(minutes=2)
_PURPOSE = "issuer-key"
_RAW = serialization.Encoding.Raw


class Forged(Refusal):
    """Not a code of ours."""

    code = "forged"
    status = 400
    message = _("This is not a code of ours.")


class Expired(Refusal):
    """A code of ours that is no longer, or not yet, to be shown."""

    code = "expired"
    message = _("This code was good from %(valid_from)s to %(valid_until)s.")


def sign(*, serial: bytes, valid_from: datetime, valid_until: datetime, at: datetime) -> str:
    """The code of a pass, signed with the newest key; the first use makes the first key."""
    row = _current(at)
    private = base64.b64decode(seals.unseal(row.private_sealed, purpose=_PURPOSE))
    facts = wire.CodeFacts(row.kid, serial, valid_from, valid_until)
    return wire.write(facts, Ed25519PrivateKey.from_private_bytes(private))


def check(text: str, *, at: datetime) -> wire.CodeFacts:
    """What a code says.

    :raises Forged: altered, of another issuer or of a retired key. :raises Expired: out of its time.
    """
    try:
        facts = wire.read(text, public_keys())
    except wire.Unreadable:
        raise Forged(field="code") from None
    if not facts.valid_from - SKEW <= at <= facts.valid_until + SKEW:
        raise Expired(
            field="code",
            valid_from=facts.valid_from.isoformat(),
            valid_until=facts.valid_until.isoformat(),
        )
    return facts


def public_keys() -> dict[int, Ed25519PublicKey]:
    """The keys whose codes are good, by id."""
    rows = IssuerKey.objects.filter(retired_at__isnull=True).values_list("kid", "public")
    return {
        kid: Ed25519PublicKey.from_public_bytes(base64.b64decode(public)) for kid, public in rows
    }


def rotate(*, actor: str, at: datetime, retire_old: bool) -> IssuerKey:
    """Sign new codes with a new key. ``retire_old`` makes all codes so far worthless (a leak)."""
    with transaction.atomic():
        if retire_old:
            IssuerKey.objects.filter(retired_at__isnull=True).update(retired_at=at)
        row = _make(at)
        audit.record(
            actor=actor,
            action="codes.rotate",
            subject=f"issuer-key:{row.kid}",
            at=at,
            facts={"retire_old": retire_old},
        )
    return row


def _current(at: datetime) -> IssuerKey:
    newest = IssuerKey.objects.filter(retired_at__isnull=True).order_by("-kid").first()
    return newest or _make(at)


def _make(at: datetime) -> IssuerKey:
    """A new key with the next id. Two processes that make the first key at once share one."""
    private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(_RAW, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    public = private.public_key().public_bytes(_RAW, serialization.PublicFormat.Raw)
    last = IssuerKey.objects.order_by("-kid").values_list("kid", flat=True).first() or 0
    IssuerKey.objects.bulk_create(
        [
            IssuerKey(
                kid=last + 1,
                public=base64.b64encode(public).decode(),
                private_sealed=seals.seal(base64.b64encode(raw).decode(), purpose=_PURPOSE),
                created_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    return IssuerKey.objects.get(kid=last + 1)
