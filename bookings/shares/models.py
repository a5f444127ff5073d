"""Shares: an order that several people pay, each a part of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Rule(models.TextChoices):
    """What happens at the deadline while a share is unpaid."""

    ALL = "ALL", _("nobody goes: everything is released and all money goes back")
    KEEP = "KEEP", _("those who paid go: the other parts are released")


class State(models.TextChoices):
    """Where a share stands."""

    OPEN = "OPEN", _("not paid yet")
    PAID = "PAID", _("paid")
    LEFT_OUT = "LEFT_OUT", _("left out, not paid in time")


class Division(models.Model):
    """An order divided into shares; after ``closes_at`` the rule is carried out."""

    order = models.OneToOneField(
        "bookings_orders.Order", models.PROTECT, related_name="division", verbose_name=_("order")
    )
    rule = models.CharField(_("rule at the deadline"), max_length=4, choices=Rule)
    closes_at = models.DateTimeField(_("deadline"))
    actor = models.CharField(_("divided by"), max_length=64)
    created_at = models.DateTimeField(_("divided at"))

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        indexes = (
            models.Index(
                fields=("closes_at",),
                condition=Q(rule="KEEP"),
                name="bookings_shares_division_keep",
            ),
        )

    def __str__(self) -> str:
        return str(self.order)


class Share(models.Model):
    """What one person pays: parts of lines, as ``[[line id, part key], …]``, and their sum.

    ``token`` opens the page of this share, and nothing else of the order.
    """

    division = models.ForeignKey(
        Division,
        models.CASCADE,
        related_name="shares",
        db_index=False,
        verbose_name=_("division"),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("who pays"), max_length=30)
    parts = models.JSONField(_("parts"))
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    token = models.CharField(_("token"), max_length=32, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints = (
            models.UniqueConstraint(
                fields=("division", "position"), name="bookings_shares_share_position"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="bookings_shares_share_amount"
            ),
            models.CheckConstraint(
                condition=Q(state="PAID", paid_at__isnull=False)
                | (~Q(state="PAID") & Q(paid_at__isnull=True)),
                name="bookings_shares_share_paid_at",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def tone(self) -> str:
        """How the state looks on a page."""
        return {State.PAID: "good", State.LEFT_OUT: "bad"}.get(State(self.state), "note")
