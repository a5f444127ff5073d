"""Passes and the vouchers they carry.

A Pass is one person's code for everything of one order. A Voucher is one right, frozen at delivery:
where, when, how often. Whether somebody may pass is decided from the Voucher's row alone.
"""

from __future__ import annotations

import secrets
import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.codes import wire
from bookings.contracts import Reentry
from kernel import codes
from kernel.naming import say

SHORT_CODE = 10
"""Letters of the code that is typed or said when the picture cannot be read."""


def new_serial() -> uuid.UUID:
    """Sixteen random bytes, kept in a UUID column; not a versioned UUID."""
    return uuid.UUID(bytes=secrets.token_bytes(wire.SERIAL_BYTES))


class State(models.TextChoices):
    """Where a voucher stands."""

    ACTIVE = "ACTIVE", _("to be used")
    USED = "USED", _("used")
    VOIDED = "VOIDED", _("void")


RULES = (
    (Reentry.COUNTED.value, _("so many entries")),
    (Reentry.AFTER_EXIT.value, _("again after every exit")),
    (Reentry.FREE.value, _("in and out as one likes")),
)
"""When somebody comes in again, in words."""


class Pass(models.Model):
    """One traveller's code for an order; ``traveller_id`` 0 is whoever holds it, for all unnamed.

    ``document_tail`` is the last characters of the masked document, for boarding lists.
    """

    order = models.ForeignKey(
        "bookings_orders.Order", models.PROTECT, related_name="passes", verbose_name=_("order")
    )
    region_id = models.BigIntegerField(_("region"))
    traveller_id = models.BigIntegerField(_("traveller"), default=0)
    holder = models.CharField(_("holder"), max_length=60, blank=True)
    document_tail = models.CharField(_("end of the document number"), max_length=4, blank=True)
    serial = models.UUIDField(_("serial"), default=new_serial, unique=True, editable=False)
    short_code = models.CharField(
        _("short code"), max_length=SHORT_CODE, default=codes.new_code, unique=True, editable=False
    )
    first_day = models.DateField(_("good from (UTC day)"))
    last_day = models.DateField(_("good until (UTC day)"))

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "traveller_id"), name="bookings_vouchers_pass_traveller"
            ),
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="bookings_vouchers_pass_days"
            ),
        )

    def __str__(self) -> str:
        return self.holder or f"#{self.pk}"


_UNCOUNTED = ~Q(rule=Reentry.COUNTED.value)
_UNENDED = Q(state=State.ACTIVE.value, expired_at__isnull=True)


class Voucher(models.Model):
    """One right to pass: in ``zone``, from ``valid_from`` until before ``valid_until``.

    ``show`` is what staff see: "class" and "check" as words, "age" as a number, never a document. Doors,
    ``rule``, ``reentry_days`` and ``extras`` are those of contracts.Entitlement. ``is_inside``:
    the last passage was an entry; ``entered_at``: the first entry. ``taken_back`` counts how often the
    use of its part was undone. ``expired_at``: found to be over then, though not used up.
    """

    carrier = models.ForeignKey(
        Pass, models.PROTECT, related_name="vouchers", verbose_name=_("pass")
    )
    line = models.ForeignKey(
        "bookings_orders.Line",
        models.PROTECT,
        related_name="vouchers",
        verbose_name=_("order line"),
    )
    region_id = models.BigIntegerField(_("region"))
    part_key = models.CharField(_("part"), max_length=40)
    zone = models.CharField(_("zone"), max_length=60)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    entries_allowed = models.PositiveSmallIntegerField(_("entries"), default=1)
    entries_used = models.PositiveSmallIntegerField(_("entries used"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    show = models.JSONField(_("shown to staff"), default=dict, blank=True)
    doors_in = models.JSONField(_("doors in"), default=list, db_default=[], blank=True)
    doors_out = models.JSONField(_("doors out"), default=list, db_default=[], blank=True)
    rule = models.CharField(
        _("coming in again"),
        max_length=10,
        choices=RULES,
        default=Reentry.COUNTED.value,
        db_default=Reentry.COUNTED.value,
    )
    reentry_days = models.PositiveSmallIntegerField(
        _("days of coming in again"), default=0, db_default=0
    )
    extras = models.JSONField(_("add-ons and notes"), default=list, db_default=[], blank=True)
    is_inside = models.BooleanField(_("is inside"), default=False, db_default=False)
    entered_at = models.DateTimeField(_("first entry"), null=True, blank=True)
    taken_back = models.PositiveSmallIntegerField(_("uses undone"), default=0, db_default=0)
    issued_at = models.DateTimeField(_("issued at"))
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)
    expired_at = models.DateTimeField(_("expired at"), null=True, blank=True)

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "part_key", "zone", "valid_from"),
                name="bookings_vouchers_voucher_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_until")),
                name="bookings_vouchers_voucher_window",
            ),
            models.CheckConstraint(
                condition=Q(entries_allowed__gte=1)
                & (_UNCOUNTED | Q(entries_used__lte=F("entries_allowed"))),
                name="bookings_vouchers_voucher_entries",
            ),
            models.CheckConstraint(
                condition=(Q(state=State.USED, entries_used=F("entries_allowed")) & ~_UNCOUNTED)
                | (
                    Q(state__in=[State.ACTIVE, State.VOIDED])
                    & (_UNCOUNTED | Q(entries_used__lt=F("entries_allowed")))
                ),
                name="bookings_vouchers_voucher_used_up",
            ),
            models.CheckConstraint(
                condition=Q(is_inside=False, entered_at__isnull=True) | Q(entries_used__gte=1),
                name="bookings_vouchers_voucher_inside_after_entry",
            ),
            models.CheckConstraint(
                condition=Q(state=State.VOIDED, voided_at__isnull=False)
                | (~Q(state=State.VOIDED) & Q(voided_at__isnull=True)),
                name="bookings_vouchers_voucher_voided",
            ),
        )
        indexes = (
            models.Index(fields=("zone", "valid_from"), name="bookings_vouchers_in_zone"),
            BrinIndex(fields=("valid_until",), name="bookings_vouchers_until", pages_per_range=32),
            models.Index(
                fields=("valid_from",),
                condition=Q(state=State.ACTIVE, entries_used=0),
                name="bookings_vouchers_to_come",
            ),
            models.Index(
                fields=("valid_until",),
                condition=_UNENDED,
                name="bookings_vouchers_to_end",
            ),
            models.Index(
                fields=("entered_at",),
                condition=_UNENDED & Q(reentry_days__gt=0, entered_at__isnull=False),
                name="bookings_vouchers_days_to_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line} · {self.carrier}"

    @property
    def listed_note(self) -> str:
        """On a boarding list: the end of the document number, what is to be looked at, what belongs to it."""
        extras = (say(words) for words in self.extras)
        check = say(self.show.get("check") or {})
        return " · ".join(filter(None, (self.carrier.document_tail, check, *extras)))

    @property
    def listed_class(self) -> str:
        """On a boarding list: what was paid for, where its seller says so."""
        return say(self.show.get("class") or {})
