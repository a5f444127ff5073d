"""Money on its way back: what for, how much, by which payment, how far it has come."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RefundState(models.TextChoices):
    """Where a refund stands."""

    SENDING = "SENDING", _("being sent to the payment service")
    DONE = "DONE", _("returned")
    FAILED = "FAILED", _("stuck: a person must look")


class Reason(models.TextChoices):
    """Why money goes back."""

    BUYER = "BUYER", _("cancelled by the buyer")
    OPERATOR = "OPERATOR", _("cancelled by the operator")
    SUPPLIER = "SUPPLIER", _("refused by the supplier")
    PAID_TWICE = "PAID_TWICE", _("paid twice")
    LATE_AND_GONE = "LATE_AND_GONE", _("paid late, the places were gone")
    GIVEN_UP = "GIVEN_UP", _("paid after the order was given up")
    CHANGED = "CHANGED", _("changed to something cheaper")
    DEPOSIT = "DEPOSIT", _("deposit returned")
    NOT_IN_FULL = "NOT_IN_FULL", _("the rest was not paid in time")
    WRONG_AMOUNT = "WRONG_AMOUNT", _("another amount than asked for")


class CancelledPart(models.Model):
    """A part that was cancelled, once for ever: what the terms applied to, and what came back, in fen.

    ``base_fen`` is less than its price where the parts that stay lose a price for several together.
    """

    line = models.ForeignKey(
        "bookings_orders.Line",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("order line"),
    )
    part_key = models.CharField(_("part"), max_length=80)
    base_fen = models.BigIntegerField(_("what the terms applied to (fen)"))
    refund_fen = models.BigIntegerField(_("came back (fen)"))
    cancelled_at = models.DateTimeField(_("cancelled at"))

    class Meta:
        verbose_name = _("cancelled part")
        verbose_name_plural = _("cancelled parts")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "part_key"), name="bookings_refunds_cancelled_once"
            ),
            models.CheckConstraint(
                condition=Q(base_fen__gte=0) & Q(refund_fen__gte=0),
                name="bookings_refunds_cancelled_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_id}:{self.part_key}"


class Refund(models.Model):
    """One sum going back by one payment. ``token`` is its idempotency key at the provider."""

    order = models.ForeignKey(
        "bookings_orders.Order", models.PROTECT, related_name="refunds", verbose_name=_("order")
    )
    attempt = models.ForeignKey(
        "bookings_payments.Attempt",
        models.PROTECT,
        related_name="refunds",
        verbose_name=_("payment"),
    )
    key = models.CharField(_("key"), max_length=80, unique=True)
    token = models.CharField(_("token"), max_length=32, unique=True)
    parts = models.JSONField(_("parts"), default=dict, blank=True)
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    state = models.CharField(
        _("state"), max_length=10, choices=RefundState, default=RefundState.SENDING
    )
    actor = models.CharField(_("asked by"), max_length=64)
    created_at = models.DateTimeField(_("asked at"))
    done_at = models.DateTimeField(_("returned at"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="bookings_refunds_refund_amount"
            ),
        )
        indexes = (
            models.Index(
                fields=("created_at",),
                condition=~Q(state="DONE"),
                name="bookings_refunds_refund_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.amount_fen}"
