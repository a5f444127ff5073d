"""What a buyer may show: one Pass a traveller and order, with a Voucher for each thing it is good for."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Pass(models.Model):
    """The one code of one traveller in one order."""

    order = models.ForeignKey(
        "bookings_orders.Order", models.PROTECT, related_name="passes", verbose_name=_("order")
    )
    traveller_id = models.BigIntegerField(_("traveller"), default=0)
    holder = models.CharField(_("holder"), max_length=80, blank=True)
    masked = models.CharField(_("document"), max_length=40, blank=True)
    serial = models.CharField(_("serial"), max_length=32, unique=True)
    short_code = models.CharField(_("short code"), max_length=12, unique=True)
    code = models.CharField(_("code"), max_length=200)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "traveller_id"), name="bookings_vouchers_pass_traveller"
            ),
        )

    def __str__(self) -> str:
        return self.short_code


class VoucherState(models.TextChoices):
    """Whether a voucher can be shown."""

    ACTIVE = "ACTIVE", _("good")
    VOID = "VOID", _("cancelled")


class Voucher(models.Model):
    """One part of one line, good at one zone for so many entries. Moves by redeem and void only."""

    pass_for = models.ForeignKey(
        Pass, models.PROTECT, related_name="vouchers", verbose_name=_("pass")
    )
    line = models.ForeignKey(
        "bookings_orders.Line", models.PROTECT, related_name="vouchers", verbose_name=_("line")
    )
    part_key = models.CharField(_("part"), max_length=40)
    zone = models.CharField(_("zone"), max_length=60)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    entries_allowed = models.PositiveSmallIntegerField(_("entries"))
    entries_used = models.PositiveSmallIntegerField(_("entries used"), default=0)
    state = models.CharField(
        _("state"), max_length=6, choices=VoucherState, default=VoucherState.ACTIVE
    )
    show = models.JSONField(_("for staff"), default=dict)

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "part_key", "zone"), name="bookings_vouchers_voucher_part"
            ),
            models.CheckConstraint(
                condition=Q(entries_used__lte=F("entries_allowed")),
                name="bookings_vouchers_voucher_entries",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_until")),
                name="bookings_vouchers_voucher_window",
            ),
        )
        indexes = (
            models.Index(fields=("zone", "valid_from"), name="bookings_vouchers_zone"),
        )

    def __str__(self) -> str:
        return f"{self.zone} {self.part_key}"


class Redemption(models.Model):
    """One passage. ``request_key`` makes a gate's retry the same passage."""

    voucher = models.ForeignKey(
        Voucher, models.PROTECT, related_name="redemptions", verbose_name=_("voucher")
    )
    entry_no = models.PositiveSmallIntegerField(_("entry"))
    actor = models.CharField(_("by"), max_length=64)
    request_key = models.CharField(_("request key"), max_length=64, unique=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = (
            models.UniqueConstraint(
                fields=("voucher", "entry_no"), name="bookings_vouchers_redemption_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.voucher_id} #{self.entry_no}"


class RefusedScan(models.Model):
    """A scan that did not let anybody in: where, when and why; no names."""

    zone = models.CharField(_("zone"), max_length=60)
    reason = models.CharField(_("reason"), max_length=30)
    actor = models.CharField(_("by"), max_length=64)
    pass_for = models.ForeignKey(
        Pass, models.PROTECT, null=True, related_name="refused_scans", verbose_name=_("pass")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("refused scan")
        verbose_name_plural = _("refused scans")
        indexes = (models.Index(fields=("zone", "at"), name="bookings_vouchers_refused_zone"),)

    def __str__(self) -> str:
        return f"{self.zone} {self.reason}"
