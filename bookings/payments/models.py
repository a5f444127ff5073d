"""Attempts to pay, and what providers have told us."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AttemptState(models.TextChoices):
    """Where an attempt stands."""

    CREATED = "CREATED", _("being started at the provider")
    PENDING = "PENDING", _("waiting for the buyer")
    SUCCEEDED = "SUCCEEDED", _("money received")
    FAILED = "FAILED", _("failed")


OPEN = (AttemptState.CREATED, AttemptState.PENDING)


class Attempt(models.Model):
    """One try to pay one order at one provider. Committed before the provider is called.

    ``token`` is our name for it at the provider and its idempotency key. ``captured_fen`` and
    ``refunded_fen`` move by guarded statements only.
    """

    order = models.ForeignKey(
        "bookings_orders.Order", models.PROTECT, related_name="attempts", verbose_name=_("order")
    )
    provider = models.CharField(_("provider"), max_length=20)
    token = models.CharField(_("token"), max_length=32, unique=True)
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=AttemptState, default=AttemptState.CREATED
    )
    provider_ref = models.CharField(_("provider's reference"), max_length=120, blank=True)
    redirect_url = models.URLField(_("payment page"), max_length=500, blank=True)
    captured_fen = models.BigIntegerField(_("received (fen)"), default=0)
    refunded_fen = models.BigIntegerField(_("returned (fen)"), default=0)
    created_at = models.DateTimeField(_("created at"))
    asked_at = models.DateTimeField(_("provider last asked at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "provider"),
                condition=Q(state__in=("CREATED", "PENDING")),
                name="bookings_payments_attempt_one_open",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="bookings_payments_attempt_amount"
            ),
            models.CheckConstraint(
                condition=Q(refunded_fen__gte=0) & Q(refunded_fen__lte=F("captured_fen")),
                name="bookings_payments_attempt_refunded_within_captured",
            ),
        )
        indexes = (
            models.Index(
                fields=("created_at",),
                condition=Q(state__in=("CREATED", "PENDING")),
                name="bookings_payments_attempt_open",
            ),
            models.Index(fields=("provider", "provider_ref"), name="bookings_payments_attempt_ref"),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.token}"


class EventState(models.TextChoices):
    """What became of a provider's notice."""

    APPLIED = "APPLIED", _("applied")
    IGNORED = "IGNORED", _("nothing to do")
    REJECTED = "REJECTED", _("does not fit our payment")


class ProviderEvent(models.Model):
    """A verified notice, kept whole. Its id at the provider is unique: twice is once."""

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("provider's event id"), max_length=120)
    kind = models.CharField(_("kind"), max_length=40)
    attempt = models.ForeignKey(
        Attempt, models.PROTECT, null=True, related_name="events", verbose_name=_("attempt")
    )
    body = models.JSONField(_("body"))
    state = models.CharField(_("state"), max_length=10, choices=EventState)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("provider event")
        verbose_name_plural = _("provider events")
        constraints = (
            models.UniqueConstraint(
                fields=("provider", "event_id"), name="bookings_payments_event_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
