"""What was sold at a counter, and the numbers that a desk may sell while it is cut off.

A block of numbers is bought beforehand from the counter's own places: each number is an order of one
person, paid from the block's account, with a pass that every gate knows. What the desk has sold goes
into its drawer when it is told; the rest is given back.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Sale(models.Model):
    """An order that a clerk sold; ``given_fen`` is what the buyer gave, where it was typed."""

    shift = models.ForeignKey(
        "bookings_cash.Shift", models.PROTECT, related_name="sales", verbose_name=_("shift")
    )
    order = models.OneToOneField(
        "bookings_orders.Order", models.PROTECT, related_name="+", verbose_name=_("order")
    )
    given_fen = models.BigIntegerField(_("given (fen)"), null=True, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("sale at a counter")
        verbose_name_plural = _("sales at counters")
        constraints = (
            models.CheckConstraint(
                condition=Q(given_fen__isnull=True) | Q(given_fen__gte=0),
                name="bookings_desk_sale_given",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order}"


class NumberBlock(models.Model):
    """Numbers of one thing that one browser may sell without the network.

    ``device_key`` is that browser's own: another one is refused. It is over when every number was sold
    or given back.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("organisation")
    )
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("clerk")
    )
    region_id = models.BigIntegerField(_("region"))
    device_key = models.CharField(_("key of the browser"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    ref = models.CharField(_("reference"), max_length=80)
    reserved_at = models.DateTimeField(_("reserved at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("block of numbers")
        verbose_name_plural = _("blocks of numbers")
        indexes = (
            models.Index(
                fields=("clerk",),
                condition=Q(closed_at__isnull=True),
                name="bookings_desk_block_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.clerk} #{self.pk}"

    @property
    def actor(self) -> str:
        """Who has bought its numbers, and its account in the ledger."""
        return f"block:{self.pk}"


class NumberState(models.TextChoices):
    """Where a number stands."""

    RESERVED = "RESERVED", _("reserved")
    SOLD = "SOLD", _("sold")
    RETURNED = "RETURNED", _("given back")


class BlockNumber(models.Model):
    """One number of a block: an order of one person. ``token`` is that of its payment.

    ``name_trouble``: why its buyer, whom the desk has named, is not named on the code: they hold another
    place of the day, say, or came in before it was told.
    """

    block = models.ForeignKey(
        NumberBlock, models.PROTECT, related_name="numbers", verbose_name=_("block of numbers")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    order = models.OneToOneField(
        "bookings_orders.Order", models.PROTECT, related_name="+", verbose_name=_("order")
    )
    price_fen = models.BigIntegerField(_("price (fen)"))
    returned_fen = models.BigIntegerField(_("given back (fen)"), default=0)
    token = models.CharField(_("token"), max_length=40, blank=True, db_index=True)
    state = models.CharField(
        _("state"), max_length=8, choices=NumberState, default=NumberState.RESERVED
    )
    sold_at = models.DateTimeField(_("sold at"), null=True, blank=True)
    name_trouble = models.CharField(
        _("why it has no name"), max_length=40, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("number of a block")
        verbose_name_plural = _("numbers of a block")
        constraints = (
            models.UniqueConstraint(fields=("block", "number"), name="bookings_desk_number_once"),
            models.CheckConstraint(
                condition=Q(
                    price_fen__gte=0, returned_fen__gte=0, returned_fen__lte=F("price_fen")
                ),
                name="bookings_desk_number_sums",
            ),
            models.CheckConstraint(
                condition=Q(state=NumberState.SOLD, sold_at__isnull=False)
                | (~Q(state=NumberState.SOLD) & Q(sold_at__isnull=True)),
                name="bookings_desk_number_sold",
            ),
        )

    def __str__(self) -> str:
        return f"{self.block_id}/{self.number}"
