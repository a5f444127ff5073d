"""Passes, the vouchers they carry, and what became of them at the posts.

A Pass is one person's code for everything of one order. A Voucher is one right, frozen at delivery:
where, when, how often. Whether somebody may pass is decided from the Voucher's row alone.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.codes import wire
from kernel import codes

if TYPE_CHECKING:
    from datetime import datetime


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

    @property
    def code_facts(self) -> wire.CodeFacts:
        """What the pass's code says."""
        return wire.CodeFacts(self.serial.bytes, self.first_day, self.last_day)


class Voucher(models.Model):
    """One right to pass: in ``zone``, from ``valid_from`` until before ``valid_until``.

    ``show`` is what staff see: "class" and "check" as words, "age" as a number, never a document.
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
    issued_at = models.DateTimeField(_("issued at"))
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)

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
                condition=Q(entries_allowed__gte=1, entries_used__lte=F("entries_allowed")),
                name="bookings_vouchers_voucher_entries",
            ),
            models.CheckConstraint(
                condition=(Q(state=State.USED) & Q(entries_used=F("entries_allowed")))
                | (
                    Q(state__in=[State.ACTIVE, State.VOIDED])
                    & Q(entries_used__lt=F("entries_allowed"))
                ),
                name="bookings_vouchers_voucher_used_up",
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
        )

    def __str__(self) -> str:
        return f"{self.line} · {self.carrier}"

    def is_within(self, at: datetime) -> bool:
        """Whether its window is open."""
        return self.valid_from <= at < self.valid_until


class Redemption(models.Model):
    """One entry on a voucher: written once, never changed. ``place`` is the post's name in words.

    ``request_key`` is the scanning device's own: the same request again gets the same answer.
    """

    voucher = models.ForeignKey(
        Voucher, models.PROTECT, related_name="redemptions", verbose_name=_("voucher")
    )
    region_id = models.BigIntegerField(_("region"))
    entry_no = models.PositiveSmallIntegerField(_("entry"))
    zone = models.CharField(_("zone"), max_length=60)
    place = models.JSONField(_("post"), default=dict, blank=True)
    actor = models.CharField(_("by"), max_length=64)
    request_key = models.CharField(_("request key"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = (
            models.UniqueConstraint(
                fields=("voucher", "entry_no"), name="bookings_vouchers_redemption_entry"
            ),
            models.UniqueConstraint(
                fields=("actor", "request_key", "voucher"),
                name="bookings_vouchers_redemption_request",
            ),
            models.CheckConstraint(
                condition=Q(entry_no__gte=1), name="bookings_vouchers_redemption_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.voucher_id}/{self.entry_no}"


class TurnedAway(models.Model):
    """A scan that was refused, and why: for the operator's picture. Keeps no code and no name.

    ``voucher`` only where it is one of the post's own organisation.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("organisation")
    )
    region_id = models.BigIntegerField(_("region"))
    zone = models.CharField(_("zone"), max_length=60)
    place = models.JSONField(_("post"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=30)
    voucher = models.ForeignKey(
        Voucher, models.PROTECT, null=True, blank=True, verbose_name=_("voucher")
    )
    actor = models.CharField(_("by"), max_length=64)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("refused scan")
        verbose_name_plural = _("refused scans")

    def __str__(self) -> str:
        return f"{self.zone} {self.reason}"
