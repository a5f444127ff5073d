"""Attempts to pay, and what providers have told us."""

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from bookings.payments.providers import Handle


class AttemptState(models.TextChoices):
    """Where an attempt stands."""

    CREATED = "CREATED", _("being started at the provider")
    PENDING = "PENDING", _("waiting for the buyer")
    FAILED = "FAILED", _("failed")
    AUTHORISED = "AUTHORISED", _("set aside")
    RELEASED = "RELEASED", _("released, nothing was taken")
    SUCCEEDED = "SUCCEEDED", _("money received")


OPEN = (AttemptState.CREATED, AttemptState.PENDING)


class DisputeState(models.TextChoices):
    """How a buyer's objection at the bank stands."""

    OPEN = "OPEN", _("open")
    WON = "WON", _("decided for us")
    LOST = "LOST", _("decided for the buyer")


class Trouble(models.TextChoices):
    """Why a person must look at an open attempt."""

    UNFIT = "UNFIT", _("the payment service has another sum, currency or reference")
    UNANSWERED = "UNANSWERED", _("over for a day, and nobody knows how it ended")


class Purpose(models.TextChoices):
    """What a payment is for. Only the first two pay the sum that is due with the order."""

    ORDER = "ORDER", _("an order")
    SHARE = "SHARE", _("a friend's share of an order")
    DEPOSIT = "DEPOSIT", _("a deposit")
    REST = "REST", _("what an order owes later")
    TOP_UP = "TOP_UP", _("topping up a balance")
    BILL = "BILL", _("a monthly bill")


AT_THE_BANK_FEN = Case(
    When(dispute__in=(DisputeState.OPEN, DisputeState.LOST), then=F("disputed_fen")), default=0
)
"""What of a payment a bank has taken back, or holds while it decides."""


class Attempt(models.Model):
    """One try to pay one sum at one provider. Committed before the provider is called.

    ``purpose`` and ``purpose_id`` say what the money is for; ``order`` is empty for what belongs to
    none. ``token`` is our name for it at the provider and its idempotency key. What the provider says
    (``authorised_fen``, ``captured_fen``, ``told_refunded_fen``, each of ``disputes``) only ever grows,
    so that the order in which its notices arrive cannot matter; ``dispute`` and ``disputed_fen`` are
    worked out from the disputes, by their numbers at the provider. ``refunded_fen`` is what we have set
    aside to go back, moved by guarded statements only. No CHECK forbids that both go beyond what came
    in: a bank may take what we have returned already, and that is a fact to hear; see
    ``returnable_fen``.
    """

    order = models.ForeignKey(
        "bookings_orders.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attempts",
        verbose_name=_("order"),
    )
    purpose = models.CharField(
        _("purpose"), max_length=10, choices=Purpose, default=Purpose.ORDER, db_default="ORDER"
    )
    purpose_id = models.BigIntegerField(_("number of the purpose"), default=0, db_default=0)
    payer = models.CharField(_("payer"), max_length=64, blank=True, default="", db_default="")
    words = models.CharField(_("words"), max_length=60, blank=True, default="", db_default="")
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", db_default="zh-hans"
    )
    how = models.CharField(_("how"), max_length=10, default="CHARGE", db_default="CHARGE")
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    provider = models.CharField(_("provider"), max_length=20)
    token = models.CharField(_("token"), max_length=32, unique=True)
    amount_fen = models.BigIntegerField(_("amount (fen)"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=AttemptState, default=AttemptState.CREATED
    )
    trouble = models.CharField(
        _("trouble"), max_length=10, choices=Trouble, blank=True, default="", db_default=""
    )
    provider_ref = models.CharField(_("provider's reference"), max_length=120, blank=True)
    transaction_ref = models.CharField(
        _("provider's transaction"), max_length=120, blank=True, default="", db_default=""
    )
    redirect_url = models.CharField(_("payment page"), max_length=2000, blank=True)
    qr = models.CharField(_("payment code"), max_length=500, blank=True, default="", db_default="")
    authorised_fen = models.BigIntegerField(_("set aside (fen)"), default=0, db_default=0)
    captured_fen = models.BigIntegerField(_("received (fen)"), default=0)
    refunded_fen = models.BigIntegerField(_("returned (fen)"), default=0)
    told_refunded_fen = models.BigIntegerField(
        _("returned, as the provider says (fen)"), default=0, db_default=0
    )
    disputes = models.JSONField(_("disputes"), default=dict, db_default={}, blank=True)
    disputed_fen = models.BigIntegerField(_("disputed (fen)"), default=0, db_default=0)
    dispute = models.CharField(
        _("dispute"), max_length=10, choices=DisputeState, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(_("created at"))
    asked_at = models.DateTimeField(_("provider last asked at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "purpose", "purpose_id", "provider"),
                condition=Q(state__in=("CREATED", "PENDING")),
                nulls_distinct=False,
                name="bookings_payments_attempt_one_open_purpose",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="bookings_payments_attempt_amount"
            ),
            models.CheckConstraint(
                condition=Q(refunded_fen__gte=0) & Q(refunded_fen__lte=F("captured_fen")),
                name="bookings_payments_attempt_refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(captured_fen__lte=F("amount_fen")),
                name="bookings_payments_attempt_captured_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(authorised_fen__gte=0)
                & Q(told_refunded_fen__gte=0)
                & Q(disputed_fen__gte=0),
                name="bookings_payments_attempt_told_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(purpose__in=("TOP_UP", "BILL")),
                name="bookings_payments_attempt_has_its_order",
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

    @property
    def returnable_fen(self) -> int:
        """What we may still send back: neither returned nor with a bank."""
        is_there = self.dispute not in (DisputeState.OPEN, DisputeState.LOST)
        taken_fen = 0 if is_there else self.disputed_fen
        return max(0, self.captured_fen - self.refunded_fen - taken_fen)

    @property
    def handle(self) -> Handle:
        """The payment by all its names."""
        return Handle(
            token=self.token,
            provider_ref=self.provider_ref,
            transaction_ref=self.transaction_ref,
            amount_fen=self.amount_fen,
            currency=self.currency,
        )


class EventState(models.TextChoices):
    """What became of a provider's notice."""

    APPLIED = "APPLIED", _("applied")
    IGNORED = "IGNORED", _("nothing to do")
    REJECTED = "REJECTED", _("about a payment that we do not know")


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
        indexes = (
            models.Index(
                fields=("received_at",),
                condition=Q(state="REJECTED"),
                name="bookings_payments_event_reject",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class NewsRead(models.Model):
    """Up to when a provider's own list of news was read to its end."""

    provider = models.CharField(_("provider"), max_length=20, unique=True)
    until = models.DateTimeField(_("read up to"))

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("lists of news")

    def __str__(self) -> str:
        return f"{self.provider} {self.until}"
