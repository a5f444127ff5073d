"""Sales that are announced beforehand, and the line that people stand in before them.

A sale names what it covers in the core's own words: a supplier's things of a kind that start on
certain days. Its counts and the turns of its people are rows here; a cache holds nothing of them.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel import codes
from kernel.naming import Named


class Sale(Named):
    """An announced sale. People gather from ``gathers_at`` and are let in from ``opens_at``.

    ``early`` is how many had joined when it opened (nothing before that): their order is drawn from
    ``seed``, everybody later follows in the order of arrival. ``served`` is how many of the line may
    come in so far; ``served_at`` the moment up to which that was reckoned.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("supplier"),
    )
    kind = models.CharField(
        _("kind"), max_length=20, blank=True, help_text=_("Nothing: everything of this supplier.")
    )
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))
    gathers_at = models.DateTimeField(_("the line forms from"))
    opens_at = models.DateTimeField(_("the sale opens"))
    closes_at = models.DateTimeField(_("the line ends"))
    per_minute = models.PositiveIntegerField(
        _("let in a minute"),
        default=300,
        validators=(MinValueValidator(1), MaxValueValidator(60_000)),
    )
    inside_most = models.PositiveIntegerField(
        _("at most inside at a time"), null=True, blank=True, validators=(MinValueValidator(1),)
    )
    pass_minutes = models.PositiveSmallIntegerField(
        _("minutes to order once inside"),
        default=10,
        validators=(MinValueValidator(1), MaxValueValidator(120)),
    )
    is_announced = models.BooleanField(_("announced"), default=False)
    is_paused = models.BooleanField(_("paused"), default=False)
    seed = models.CharField(
        _("seed of the draw"), max_length=32, default=codes.new_token, editable=False
    )
    joined = models.PositiveIntegerField(_("in line so far"), default=0, editable=False)
    early = models.PositiveIntegerField(_("there at the opening"), null=True, editable=False)
    served = models.PositiveIntegerField(_("called so far"), default=0, editable=False)
    served_at = models.DateTimeField(_("called at"), null=True, editable=False)

    class Meta:
        verbose_name = _("announced sale")
        verbose_name_plural = _("announced sales")
        constraints = (
            models.CheckConstraint(
                condition=Q(gathers_at__lte=F("opens_at")) & Q(opens_at__lt=F("closes_at")),
                name="bookings_waiting_sale_in_order",
                violation_error_message=_(
                    "First the line forms, then the sale opens, then the line ends."
                ),
            ),
            models.CheckConstraint(
                condition=Q(first_date__lte=F("last_date")),
                name="bookings_waiting_sale_days",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(served__lte=F("joined")), name="bookings_waiting_sale_served"
            ),
            models.CheckConstraint(
                condition=Q(per_minute__gte=1), name="bookings_waiting_sale_pace"
            ),
        )
        indexes = (
            models.Index(
                fields=("closes_at",),
                condition=Q(is_announced=True),
                name="bookings_waiting_sale_on",
            ),
        )

    def clean(self) -> None:
        """:raises ValidationError: the supplier sells elsewhere, so that the line would cover nothing."""
        supplier = self.organisation if self.organisation_id else None
        if supplier and supplier.region_id not in (None, self.region_id):
            raise ValidationError({"organisation": _("This supplier is of another region.")})

    @property
    def subject(self) -> str:
        """How the audit names this sale."""
        return f"sale:{self.pk}"

    def is_on(self, at: datetime) -> bool:
        """Whether its line is there: announced, gathering or open, not over."""
        return self.is_announced and self.gathers_at <= at < self.closes_at


class Turn(models.Model):
    """One person's place in a line: their number by arrival. Nobody has two at a time.

    ``person`` is a name of accounts.identity.actors. Coming in (``entered_at``) starts the time of
    the pass; an order reserves it (``order_key``) and, once placed, ends it (``finished_at``).
    """

    sale = models.ForeignKey(
        Sale, models.CASCADE, related_name="turns", verbose_name=_("announced sale")
    )
    person = models.CharField(_("who"), max_length=64)
    number = models.PositiveIntegerField(_("number"))
    joined_at = models.DateTimeField(_("joined at"))
    entered_at = models.DateTimeField(_("came in at"), null=True)
    pass_until = models.DateTimeField(_("pass good until"), null=True)
    order_key = models.CharField(_("key of the order"), max_length=64, blank=True)
    order_key_at = models.DateTimeField(_("reserved at"), null=True)
    finished_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name = _("place in line")
        verbose_name_plural = _("places in line")
        constraints = (
            models.UniqueConstraint(
                fields=("sale", "person"),
                condition=Q(finished_at__isnull=True),
                name="bookings_waiting_turn_once_a_person",
            ),
            models.UniqueConstraint(fields=("sale", "number"), name="bookings_waiting_turn_number"),
        )
        indexes = (
            models.Index(
                fields=("sale", "pass_until"),
                condition=Q(finished_at__isnull=True, entered_at__isnull=False),
                name="bookings_waiting_turn_inside",
            ),
            models.Index(fields=("sale", "person"), name="bookings_waiting_turn_person"),
        )

    def __str__(self) -> str:
        return str(self.number)

    def is_over(self, at: datetime) -> bool:
        """Whether it has been used or its time is up: only a new place helps."""
        is_late = self.pass_until is not None and self.pass_until <= at
        return self.finished_at is not None or is_late
