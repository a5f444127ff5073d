"""Gate devices, what they have scanned, and what does not add up between them.

A device is enrolled once by an Invitation and known by its own public key afterwards. A GateScan is
one scan as the device tells it, kept once by (device, sequence). An Incident is a person whom a gate
let in while it was alone and whom the rules do not count.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.gates.admission import Keyed, OneTime, window
from bookings.gates.texts import why
from bookings.vouchers.models.passages import WAYS, Fallback
from kernel.naming import say

SILENT_AFTER = timedelta(seconds=60)
"""A device that has not spoken for so long is shown as silent."""


class Alone(models.TextChoices):
    """Whom a gate lets in while it cannot ask."""

    ANY = "ANY", _("every good pass of its zone")
    BOUND = "BOUND", _("only passes bound to its own door")


class Stand(models.Model):
    """Where a device stands: a post of an organisation. Named once, so that it outlives the post."""

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("organisation")
    )
    region_id = models.BigIntegerField(_("region"))
    post_key = models.CharField(_("post"), max_length=120)
    place = models.JSONField(_("post in words"), default=dict, blank=True)
    roams = models.BooleanField(_("chooses among departures"), default=False, db_default=False)
    alone = models.CharField(
        _("while it is offline"), max_length=8, choices=Alone, default=Alone.ANY
    )

    class Meta:
        abstract = True

    @property
    def stands(self) -> str:
        """Where it stands, in words."""
        return say(self.place) or self.post_key


class Invitation(Stand, OneTime):
    """A code by which one device is enrolled at a post."""

    class Meta:
        verbose_name = _("invitation of a gate device")
        verbose_name_plural = _("invitations of gate devices")
        constraints = (window("bookings_gates_invitation_window"),)

    def __str__(self) -> str:
        return f"{self.post_key} {self.made_at:%Y-%m-%d %H:%M}"


class GateDevice(Stand, Keyed):
    """A device that scans.

    ``heard_until`` is the number of the last event whose effects it has; ``synced`` the sequence up
    to which every scan of it has arrived.
    """

    invitation = models.OneToOneField(
        Invitation, models.PROTECT, related_name="device", verbose_name=_("invitation")
    )
    version = models.CharField(_("version"), max_length=40, blank=True)
    queue = models.PositiveIntegerField(_("scans not sent yet"), default=0)
    battery = models.PositiveSmallIntegerField(_("battery (%)"), null=True, blank=True)
    heard_until = models.BigIntegerField(_("knows everything up to event"), default=0)
    synced = models.BigIntegerField(_("scans arrived up to"), default=0)

    class Meta:
        verbose_name = _("gate device")
        verbose_name_plural = _("gate devices")
        constraints = (
            models.CheckConstraint(
                condition=Q(battery__isnull=True) | Q(battery__lte=100),
                name="bookings_gates_device_battery",
            ),
            models.CheckConstraint(
                condition=Q(counter__gte=0, heard_until__gte=0, synced__gte=0),
                name="bookings_gates_device_counts",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.stands}"

    @property
    def actor(self) -> str:
        """The name under which it writes."""
        return f"gate:{self.pk}"

    def is_silent(self, at: datetime) -> bool:
        """Whether it has not spoken for a minute, though it may."""
        return self.revoked_at is None and at - self.seen_at > SILENT_AFTER


class Outcome(models.TextChoices):
    """What became of a scan when it arrived."""

    COUNTED = "COUNTED", _("counted")
    REFUSED = "REFUSED", _("refused")
    UNCOUNTED = "UNCOUNTED", _("let in, not counted")
    UNDONE = "UNDONE", _("undone")


class GateScan(models.Model):
    """One scan as its device tells it; written once by (device, sequence).

    ``at`` is when it was scanned, by the device's corrected clock, and never after it arrived.
    ``reason`` is the code of the refusal, the device's own or ours.
    """

    device = models.ForeignKey(
        GateDevice, models.PROTECT, related_name="scans", verbose_name=_("device")
    )
    region_id = models.BigIntegerField(_("region"))
    sequence = models.BigIntegerField(_("sequence"))
    at = models.DateTimeField(pgettext_lazy("time", "scanned at"))
    received_at = models.DateTimeField(_("arrived at"))
    carrier_id = models.BigIntegerField(_("pass"), null=True, blank=True)
    direction = models.CharField(_("direction"), max_length=3, choices=WAYS, default="IN")
    persons = models.PositiveSmallIntegerField(_("persons"), default=1)
    shown = models.CharField(_("shown as"), max_length=10, choices=Fallback, default="CODE")
    is_offline = models.BooleanField(_("decided by the device alone"), default=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=30, blank=True)
    answer = models.JSONField(_("what the device was told"), default=dict, blank=True)

    class Meta:
        verbose_name = _("scan at a gate")
        verbose_name_plural = _("scans at gates")
        constraints = (
            models.UniqueConstraint(fields=("device", "sequence"), name="bookings_gates_scan_once"),
            models.CheckConstraint(
                condition=Q(sequence__gte=1, persons__gte=1), name="bookings_gates_scan_from_one"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[each.value for each in Outcome]),
                name="bookings_gates_scan_outcome",
            ),
        )
        indexes = (models.Index(fields=("at",), name="bookings_gates_scan_at"),)

    def __str__(self) -> str:
        return f"{self.device} · {self.sequence}"


class Incident(models.Model):
    """A gate that was alone let somebody in, and the rules do not count it: to be looked at.

    ``earlier`` is the scan of the same pass that was counted, where a device of ours made it. Until
    somebody has looked, the pass opens no gate.
    """

    scan = models.OneToOneField(
        GateScan, models.PROTECT, related_name="incident", verbose_name=_("scan")
    )
    earlier = models.ForeignKey(
        GateScan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("counted scan"),
    )
    carrier = models.ForeignKey(
        "bookings_vouchers.Pass", models.PROTECT, null=True, blank=True, verbose_name=_("pass")
    )
    reason = models.CharField(_("reason"), max_length=30)
    opened_at = models.DateTimeField(_("found at"))
    closed_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    closed_by = models.CharField(_("by"), max_length=64, blank=True)
    note = models.CharField(_("what was done"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("incident at a gate")
        verbose_name_plural = _("incidents at gates")
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | (Q(closed_at__isnull=False) & ~Q(closed_by="") & ~Q(note="")),
                name="bookings_gates_incident_closed",
            ),
        )
        indexes = (
            models.Index(
                fields=("carrier",),
                condition=Q(closed_at__isnull=True),
                name="bookings_gates_open_incidents",
            ),
        )

    def __str__(self) -> str:
        return f"{self.scan} · {why(self.reason)}"
