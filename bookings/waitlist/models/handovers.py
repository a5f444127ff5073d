"""What buyers hand on to the waiting list: theirs until somebody takes it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.waitlist.models.entries import Entry


class HandoverState(models.TextChoices):
    """Where a handover stands."""

    OPEN = "OPEN", _("offered to the waiting list")
    TAKEN = "TAKEN", _("taken by the waiting list")
    WITHDRAWN = "WITHDRAWN", _("withdrawn by the buyer")
    OVER = "OVER", _("nobody took it")


class Handover(models.Model):
    """A part of a paid line that its buyer gives up as soon as somebody who waits takes it.

    ``refund_fen`` was shown to the buyer and comes back then, ``fee_fen`` is what the terms keep of the
    price for it. ``units`` by bucket id are what the part holds. OVER: it was used, cancelled or changed,
    or its time has come. ``entry``: for whom it was taken.
    """

    line = models.ForeignKey(
        "bookings_orders.Line", models.PROTECT, related_name="+", verbose_name=_("order line")
    )
    part_key = models.CharField(_("part"), max_length=80)
    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("supplier"),
    )
    actor = models.CharField(_("buyer"), max_length=64)
    units = models.JSONField(_("units by bucket"))
    refund_fen = models.BigIntegerField(_("comes back (fen)"))
    fee_fen = models.BigIntegerField(_("kept for it (fen)"))
    state = models.CharField(
        _("state"), max_length=10, choices=HandoverState, default=HandoverState.OPEN
    )
    entry = models.ForeignKey(
        Entry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("waiting list entry"),
    )
    offered_at = models.DateTimeField(_("offered at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("handover to the waiting list")
        verbose_name_plural = _("handovers to the waiting list")
        constraints = (
            models.UniqueConstraint(
                fields=("line", "part_key"),
                condition=Q(state__in=("OPEN", "TAKEN")),
                name="bookings_waitlist_handover_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in HandoverState]),
                name="bookings_waitlist_handover_state_known",
            ),
            models.CheckConstraint(
                condition=Q(refund_fen__gte=0) & Q(fee_fen__gte=0),
                name="bookings_waitlist_handover_sums",
            ),
            models.CheckConstraint(
                condition=Q(state="TAKEN", entry__isnull=False)
                | (~Q(state="TAKEN") & Q(entry__isnull=True)),
                name="bookings_waitlist_handover_taken_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", ended_at__isnull=True)
                | (~Q(state="OPEN") & Q(ended_at__isnull=False)),
                name="bookings_waitlist_handover_ended",
            ),
        )
        indexes = (
            models.Index(
                fields=("region", "id"),
                condition=Q(state="OPEN"),
                name="bookings_waitlist_handed_on",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_id}:{self.part_key}"

    @property
    def is_open(self) -> bool:
        return self.state == HandoverState.OPEN

    @property
    def holds(self) -> dict[int, int]:
        """Units by bucket id."""
        return {int(bucket): units for bucket, units in self.units.items()}
