"""What became of vouchers at the posts: passages, what was let in too often, and who was turned away."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Direction
from bookings.vouchers.models.rights import Voucher

WAYS = ((Direction.IN.value, _("in")), (Direction.OUT.value, _("out")))


class Fallback(models.TextChoices):
    """How a right was shown. All of them follow the same rules."""

    CODE = "CODE", _("code on a phone")
    PAPER = "PAPER", _("code on paper")
    DOCUMENT = "DOCUMENT", _("document")
    DIGITS = "DIGITS", _("six digits")
    LIST = "LIST", _("chosen from the list")


class Passage(models.Model):
    """Somebody has passed a door by a voucher. ``place`` is the post's name in words, ``door`` its key.

    ``request_key`` is the scanning device's own: the same request again gets the same answer.
    ``is_offline``: the device had no network and told it later; ``at`` is when it was scanned.
    """

    region_id = models.BigIntegerField(_("region"))
    zone = models.CharField(_("zone"), max_length=60)
    door = models.CharField(_("door"), max_length=60, default="", db_default="", blank=True)
    place = models.JSONField(_("post"), default=dict, blank=True)
    direction = models.CharField(
        _("direction"), max_length=3, choices=WAYS,
        default=Direction.IN.value, db_default=Direction.IN.value,
    )  # fmt: skip
    actor = models.CharField(_("by"), max_length=64)
    request_key = models.CharField(_("request key"), max_length=64)
    fallback = models.CharField(
        _("shown as"), max_length=10, choices=Fallback,
        default=Fallback.CODE, db_default=Fallback.CODE.value,
    )  # fmt: skip
    is_offline = models.BooleanField(_("without network"), default=False, db_default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        abstract = True


class Redemption(Passage):
    """One passage that counts: written once. ``entry_no`` counts the entries; of an exit it is the entry
    that it ends. One that was a mistake has ``undone_at`` and counts no more.
    """

    voucher = models.ForeignKey(
        Voucher, models.PROTECT, related_name="redemptions", verbose_name=_("voucher")
    )
    entry_no = models.PositiveSmallIntegerField(_("entry"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = (
            models.UniqueConstraint(
                fields=("voucher", "entry_no"),
                condition=Q(direction=Direction.IN.value, undone_at__isnull=True),
                name="bookings_vouchers_redemption_counted",
            ),
            models.UniqueConstraint(
                fields=("actor", "request_key", "voucher"),
                name="bookings_vouchers_redemption_request",
            ),
            models.CheckConstraint(
                condition=Q(entry_no__gte=1), name="bookings_vouchers_redemption_from_one"
            ),
        )
        indexes = (
            BrinIndex(fields=("at",), name="bookings_vouchers_passed_at", pages_per_range=32),
        )

    def __str__(self) -> str:
        return f"{self.voucher_id}/{self.entry_no}"


class Surplus(Passage):
    """Somebody was let in without network by a voucher that gave no entry any more, or none yet.

    It happened, so it is kept; it counts for nothing. ``reason`` is what an answer with network would
    have been; ``counted`` is the passage that used the voucher up, if that is the reason.
    """

    voucher = models.ForeignKey(
        Voucher, models.PROTECT, related_name="surplus", verbose_name=_("voucher")
    )
    reason = models.CharField(_("reason"), max_length=30)
    counted = models.ForeignKey(
        Redemption, models.PROTECT, null=True, blank=True, verbose_name=_("counted passage")
    )
    told_at = models.DateTimeField(_("told at"), db_index=True)

    class Meta:
        verbose_name = _("surplus passage")
        verbose_name_plural = _("surplus passages")
        constraints = (
            models.UniqueConstraint(
                fields=("actor", "request_key", "voucher"),
                name="bookings_vouchers_surplus_request",
            ),
        )
        indexes = (
            BrinIndex(fields=("at",), name="bookings_vouchers_surplus_at", pages_per_range=32),
        )

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.reason}"


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
