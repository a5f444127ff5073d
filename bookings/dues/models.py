"""What an order still owes after it was placed: the rest on a date, or what use has cost."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a later due stands."""

    UNKNOWN = "UNKNOWN", _("not known before use")
    OPEN = "OPEN", _("to be paid")
    PAID = "PAID", _("paid")
    WAIVED = "WAIVED", _("no longer asked for")


class LaterDue(models.Model):
    """One sum of one line that falls due after the order.

    ``amount_fen`` is empty until it is metered; ``shares`` divides it over the line's open parts.
    ``is_before_use``: a rest that must be there before the line begins, unlike what use has cost; unpaid
    at ``due_at`` the line's open parts are cancelled. ``told_at``: when the buyer was told of it.
    """

    order = models.ForeignKey(
        "bookings_orders.Order", models.PROTECT, related_name="later_dues", verbose_name=_("order")
    )
    line = models.ForeignKey(
        "bookings_orders.Line",
        models.PROTECT,
        related_name="later_dues",
        verbose_name=_("order line"),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    amount_fen = models.BigIntegerField(_("amount (fen)"), null=True)
    shares = models.JSONField(_("shares of the parts (fen)"), default=dict, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True)
    is_before_use = models.BooleanField(_("before use"), default=False, db_default=False)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State)
    attempt_id = models.BigIntegerField(_("payment"), null=True)
    paid_at = models.DateTimeField(_("paid at"), null=True)

    class Meta:
        verbose_name = _("sum due later")
        verbose_name_plural = _("sums due later")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "position"), name="bookings_dues_line_position"
            ),
            models.CheckConstraint(
                condition=Q(state="UNKNOWN", amount_fen__isnull=True)
                | Q(state="WAIVED")
                | Q(state__in=("OPEN", "PAID"), amount_fen__gt=0),
                name="bookings_dues_amount_known",
            ),
        )
        indexes = (
            models.Index(fields=("due_at",), condition=Q(state="OPEN"), name="bookings_dues_open"),
        )

    def __str__(self) -> str:
        return f"{self.line_id}:{self.position}"
