"""Which phone shows a pass, and when its older codes die: the sequence goes up, in one statement."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.identity import limits
from bookings.codes import curves
from bookings.codes.models import DeskNumber, PhoneKey, Series
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

MOST_MOVES = 20
"""To other phones in a day: the sequence has room for 65,535."""
_DAY = timedelta(days=1)


class NoKey(Refusal):
    """What a page sent as a phone's key is none."""

    code = "no_key"
    status = 400
    message = _("This browser sent no usable key. Use the printed code instead.")


class BoundElsewhere(Refusal):
    """Another phone shows this code now."""

    code = "bound_elsewhere"
    message = _("This code is shown by another phone. Move it to this one, or open it there.")


def bind(
    *,
    serial: UUID,
    last_day: date,
    public: bytes,
    is_move: bool,
    actor: str,
    at: datetime,
) -> PhoneKey:
    """Let the phone with this P-256 key, a point of either form, show the pass.

    The same key again changes nothing. Another phone's code dies at once, if ``is_move`` says that
    the holder wants it; so do printed ones.

    :raises NoKey: it is no point of the curve. :raises BoundElsewhere: another phone has it.
    :raises TooMany: it moved very often today.
    """
    try:
        key = curves.compressed(public).hex()
    except ValueError:
        raise NoKey from None
    with transaction.atomic():
        series = _locked(serial, last_day, at)
        current = PhoneKey.objects.filter(serial=serial, replaced_at__isnull=True).first()
        if current is not None and current.public == key:
            return current
        if current is not None and not is_move:
            raise BoundElsewhere
        if current is not None:
            limits.spend([limits.per("code-moves", serial.hex, MOST_MOVES, _DAY)], at=at)
            _raise(series, actor, at)
        return _bound(series, key, at)


def replace(*, serial: UUID, last_day: date, actor: str, at: datetime) -> int:
    """Kill every code and number of the pass shown so far; return the sequence of the next ones.

    To be called in the transaction of what makes it needed.
    """
    with transaction.atomic():
        series = _locked(serial, last_day, at)
        _raise(series, actor, at)
    return series.sequence


def lock(*, serial: UUID, last_day: date, at: datetime) -> int:
    """Hold a pass's series in the caller's transaction: nothing is replaced until it ends.

    Return the sequence of the codes that are good now.
    """
    return _locked(serial, last_day, at).sequence


def _locked(serial: UUID, last_day: date, at: datetime) -> Series:
    row = Series(serial=serial, last_day=last_day, changed_at=at)
    Series.objects.bulk_create([row], ignore_conflicts=True)
    series = Series.objects.select_for_update().get(serial=serial)
    series.last_day = max(series.last_day, last_day)
    return series


def _raise(series: Series, actor: str, at: datetime) -> None:
    PhoneKey.objects.filter(serial=series.serial, replaced_at__isnull=True).update(replaced_at=at)
    DeskNumber.objects.filter(serial=series.serial).delete()
    series.sequence += 1
    series.changed_at = at
    series.save(update_fields=["sequence", "last_day", "changed_at"])
    outbox.record(
        name="bookings.code.replaced",
        key=f"code-replaced:{series.serial.hex}:{series.sequence}",
        facts={"serial": series.serial.hex, "sequence": series.sequence},
        at=at,
    )
    audit.record(
        actor=actor,
        action="codes.replaced",
        subject=f"pass:{series.serial.hex}",
        facts={"sequence": series.sequence},
        at=at,
    )


def _bound(series: Series, key: str, at: datetime) -> PhoneKey:
    """The new phone's row. A series whose phone was taken away has a sequence without one."""
    return PhoneKey.objects.create(
        serial=series.serial, public=key, sequence=series.sequence, bound_at=at
    )
