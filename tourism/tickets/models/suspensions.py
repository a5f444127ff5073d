"""What stands still: a cableway that stops, and what becomes of each ticket for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.naming import say


class Suspension(models.Model):
    """A zone takes nobody from ``starts_at`` until ``ends_at``, or until it is resumed: what is sold for it
    is closed, and its holders choose.

    Without an end it is for the rest of the day, and each day on which it still stands still has one of its
    own. It follows from ``cause``, what the operator has shut
    (tourism.crowd), and ends with it.
    """

    zone = models.CharField(_("where"), max_length=40)
    region_id = models.BigIntegerField(_("region"))
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("operator")
    )
    cause = models.ForeignKey(
        "tourism_crowd.Stop",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="suspensions",
        verbose_name=_("because of"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    reason_en = models.CharField(
        _("reason (English)"), max_length=200, blank=True, default="", db_default=""
    )
    actor = models.CharField(_("stopped by"), max_length=64)
    created_at = models.DateTimeField(_("stopped at"))
    restarted_at = models.DateTimeField(_("restarted at"), null=True, blank=True)

    class Meta:
        db_table = (
            "tourism_tickets_stop"  # as it was first called: renaming would lock out old code
        )
        verbose_name = pgettext_lazy("of sale", "suspension")
        verbose_name_plural = pgettext_lazy("of sale", "suspensions")
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_at__lt=models.F("ends_at")), name="tourism_tickets_stop_in_order"
            ),
            models.UniqueConstraint(
                fields=("zone",),
                condition=Q(restarted_at__isnull=True),
                name="tourism_tickets_stop_one_a_zone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.where} {localtime(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def where(self) -> str:
        """What takes nobody, in the active language; read with ``cause`` it costs nothing."""
        if self.cause is None:
            return self.zone
        if self.zone == self.cause.zone:
            return self.cause.name
        area = self.cause.area
        return area.name if self.zone == area.zone else f"{area.name} ({self.zone})"

    @property
    def why(self) -> str:
        """The reason in the reader's language; as it was given where there is no English one."""
        return say({"zh-hans": self.reason, "en": self.reason_en or self.reason})


class Choice(models.TextChoices):
    """What the holder of a stopped ticket wants."""

    OPEN = "OPEN", _("not said yet")
    REFUND = "REFUND", _("the money back")
    MOVE = "MOVE", _("another time")
    CREDIT = "CREDIT", _("a voucher of 10 % more")
    WAIT = "WAIT", _("wait until it runs again")
    KEPT = "KEPT", _("it ran again in time")


class StoppedLine(models.Model):
    """A paid line that a stop has taken the use of: its unused parts, and what is to become of them.

    One choice for all of them; by ``decide_by`` it is the money back. ``ended_at``: it is carried out.
    ``credited_to``: whose balance a voucher goes to.
    """

    suspension = models.ForeignKey(
        Suspension,
        models.PROTECT,
        related_name="stopped_lines",
        db_column="stop_id",
        verbose_name=pgettext_lazy("of sale", "suspension"),
    )
    line = models.ForeignKey(
        "bookings_orders.Line", models.CASCADE, related_name="+", verbose_name=_("order line")
    )
    part_keys = models.JSONField(_("parts"))
    choice = models.CharField(_("choice"), max_length=6, choices=Choice, default=Choice.OPEN)
    chosen_at = models.DateTimeField(_("chosen at"), null=True, blank=True)
    credited_to = models.CharField(
        _("whose voucher"), max_length=64, blank=True, default="", db_default=""
    )
    decide_by = models.DateTimeField(_("to be chosen by"))
    ended_at = models.DateTimeField(_("carried out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("stopped ticket")
        verbose_name_plural = _("stopped tickets")
        constraints = (
            models.UniqueConstraint(
                fields=("suspension", "line"), name="tourism_tickets_stoppedline_once"
            ),
            models.CheckConstraint(
                condition=Q(choice=Choice.OPEN, chosen_at__isnull=True)
                | ~Q(choice=Choice.OPEN) & Q(chosen_at__isnull=False),
                name="tourism_tickets_stoppedline_chosen",
            ),
            models.CheckConstraint(
                condition=~Q(choice=Choice.CREDIT) | ~Q(credited_to=""),
                name="tourism_tickets_stoppedline_credited",
            ),
        )
        indexes = (
            models.Index(
                fields=("decide_by",),
                condition=Q(ended_at__isnull=True),
                name="tourism_tickets_stoppedline_d",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_id} {self.choice}"
