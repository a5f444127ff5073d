"""Reading codes with the keys and the sequences that are good now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from bookings.codes import wire
from bookings.codes.models import IssuerKey, PhoneKey, Series
from kernel.errors import Refusal


class Superseded(Refusal):
    """A genuine code whose pass has another phone, or another holder, since."""

    code = "superseded"
    message = _("This code was replaced by a newer one: ask for the holder's page.")


def public_keys() -> dict[bytes, bytes]:
    """Raw public keys by kid: the current one and the retired ones, none that was revoked."""
    rows = IssuerKey.objects.filter(revoked_at__isnull=True).values_list("kid", "public")
    return {bytes.fromhex(kid): bytes.fromhex(public) for kid, public in rows}


def key_set() -> list[dict[str, str | None]]:
    """Every issuer key for readers elsewhere, the newest first; moments as ISO 8601."""
    return [
        {
            "kid": key.kid,
            "public": key.public,
            "from": key.created_at.isoformat(),
            "signs_until": key.retired_at.isoformat() if key.retired_at else None,
            "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
        }
        for key in IssuerKey.objects.order_by("-created_at", "-pk")
    ]


def revoked_kids() -> list[str]:
    """The ids of issuer keys whose codes are dead."""
    revoked = IssuerKey.objects.filter(revoked_at__isnull=False)
    return list(revoked.order_by("kid").values_list("kid", flat=True))


def replaced(*, at: datetime) -> dict[str, int]:
    """The least good sequence by serial, as hex, of what was replaced and may still be good."""
    alive = Series.objects.filter(sequence__gt=0, last_day__gte=at.astimezone(UTC).date())
    rows = alive.order_by("serial").values_list("serial", "sequence")
    return {serial.hex: sequence for serial, sequence in rows}


def sequences(serials: Collection[UUID]) -> dict[UUID, int]:
    """The least good sequence of each of these serials; 0 where none was ever replaced."""
    known = Series.objects.filter(serial__in=serials).values_list("serial", "sequence")
    return dict.fromkeys(serials, 0) | dict(known)


def changed_at(serials: Collection[UUID]) -> dict[UUID, datetime]:
    """When the codes of these serials were last replaced; those that never were are left out."""
    rows = Series.objects.filter(serial__in=serials, sequence__gt=0)
    return dict(rows.values_list("serial", "changed_at"))


def phone_keys(serials: Collection[UUID]) -> dict[UUID, PhoneKey]:
    """The phone that shows each of these serials now; those without one are left out."""
    rows = PhoneKey.objects.filter(serial__in=serials, replaced_at__isnull=True)
    return {row.serial: row for row in rows}


def verify(text: str, *, at: datetime, skew_s: int = 0) -> wire.CodeFacts:
    """What a code says. ``skew_s`` as for ``wire.read``.

    :raises Forged: not a code of ours. :raises Expired: genuine, but not good on this day.
    :raises Stale: shown in another time step. :raises Superseded: replaced since.
    """
    facts = wire.read(text, keys=public_keys(), at=at, skew_s=skew_s)
    serial = UUID(bytes=facts.serial)
    if facts.sequence < sequences([serial])[serial]:
        raise Superseded
    return facts
