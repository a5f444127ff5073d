"""Deposits: what is held of a buyer until everything is back in order, and what became of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a deposit stands."""

    HELD = "HELD", _("held")
    SETTLING = "SETTLING", _("being returned")
    SETTLED = "SETTLED", _("returned, less what was kept")
    LOST = "LOST", _("could not be taken: a person must look")


class Deposit(models.Model):
    """The deposit of one order: returned whole at ``return_at`` unless somebody keeps a part before.

    While it is being returned and the payment service does not answer, it is asked again at ``next_at``.
    """

    order = models.OneToOneField(
        "bookings_orders.Order", models.PROTECT, related_name="deposit", verbose_name=_("order")
    )
    attempt = models.OneToOneField(
        "bookings_payments.Attempt",
        models.PROTECT,
        related_name="deposit",
        verbose_name=_("payment"),
    )
    supplier_id = models.BigIntegerField(_("supplier"))
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    kept_fen = models.BigIntegerField(_("kept (fen)"), default=0)
    reason = models.CharField(_("why it is kept"), max_length=200, blank=True)
    actor = models.CharField(_("decided by"), max_length=64, blank=True)
    return_at = models.DateTimeField(_("returned at the latest"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    tries = models.PositiveIntegerField(_("tries"), default=0, db_default=0)
    next_at = models.DateTimeField(_("asked again at"), null=True, blank=True)

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = (
            models.CheckConstraint(
                condition=Q(kept_fen__gte=0) & Q(kept_fen__lte=F("amount_fen")),
                name="bookings_deposits_kept_within_amount",
            ),
        )
        indexes = (
            models.Index(
                fields=("return_at",), condition=Q(state="HELD"), name="bookings_deposits_held"
            ),
            models.Index(
                fields=("next_at",),
                condition=Q(state="SETTLING"),
                name="bookings_deposits_settling",
            ),
        )

    def __str__(self) -> str:
        return str(self.order)

    @property
    def returned_fen(self) -> int:
        """What goes back."""
        return self.amount_fen - self.kept_fen
