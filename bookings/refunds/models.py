"""Money on its way back: what for, how much, by which payment, how far it has come."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.payments.models import Attempt
from kernel.money import yuan


class RefundState(models.TextChoices):
    """Where a refund stands."""

    SENDING = "SENDING", _("being sent to the payment service")
    SENT = "SENT", _("on its way at the payment service")
    DONE = "DONE", _("returned")
    FAILED = "FAILED", _("stuck: a person must look")


class Reason(models.TextChoices):
    """Why money goes back."""

    BUYER = "BUYER", _("cancelled by the buyer")
    HARDSHIP = "HARDSHIP", _("agreed for a hardship")
    OUTSIDE = "OUTSIDE", _("returned by the payment service without us")
    OPERATOR = "OPERATOR", _("cancelled by the operator")
    SUPPLIER = "SUPPLIER", _("refused by the supplier")
    PAID_TWICE = "PAID_TWICE", _("paid twice")
    LATE_AND_GONE = "LATE_AND_GONE", _("paid late, the places were gone")
    GIVEN_UP = "GIVEN_UP", _("paid after the order was given up")
    CHANGED = "CHANGED", _("changed to something cheaper")
    DEPOSIT = "DEPOSIT", _("deposit returned")
    NOT_IN_FULL = "NOT_IN_FULL", _("the rest was not paid in time")
    HANDED_ON = "HANDED_ON", _("taken by the waiting list")
    CREDITED = "CREDITED", _("credited to your balance with a bonus, as you chose")
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


class RequestState(models.TextChoices):
    """Where a request for a refund stands that the terms alone do not give."""

    ASKED = "ASKED", _("waiting for a decision")
    DECIDED = "DECIDED", _("waiting for a second person")
    DONE = "DONE", _("agreed")
    REFUSED = "REFUSED", _("not agreed")


class RefundRequest(models.Model):
    """Parts that are to come back by a person's decision: a buyer's hardship, or staff beyond the limit.

    Above the limit two people decide: ``approved_by`` is never who decided or who asked.
    """

    order = models.ForeignKey(
        "bookings_orders.Order", models.PROTECT, related_name="refund_requests",
        verbose_name=_("order"),
    )  # fmt: skip
    parts = models.JSONField(_("parts"))
    words = models.CharField(_("why"), max_length=500)
    asked_by = models.CharField(_("asked by"), max_length=64)
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(
        _("state"), max_length=10, choices=RequestState, default=RequestState.ASKED
    )
    refund_fen = models.BigIntegerField(_("comes back (fen)"), null=True, blank=True)
    answer = models.CharField(_("answer to the buyer"), max_length=500, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=64, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=64, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund request")
        verbose_name_plural = _("refund requests")
        constraints = (
            models.UniqueConstraint(
                fields=("order",), condition=Q(state__in=("ASKED", "DECIDED")),
                name="bookings_refunds_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="")
                | (~Q(approved_by=F("decided_by")) & ~Q(approved_by=F("asked_by"))),
                name="bookings_refunds_request_two_people",
            ),
            models.CheckConstraint(
                condition=Q(refund_fen__isnull=True) | Q(refund_fen__gte=0),
                name="bookings_refunds_request_sum",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.order} {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state in (RequestState.ASKED, RequestState.DECIDED)

    @property
    def part_keys(self) -> dict[int, list[str]]:
        """The parts by line id."""
        return {int(line_id): list(keys) for line_id, keys in self.parts.items()}


class Evidence(models.Model):
    """A picture or PDF that shows why; sealed, and deleted 30 days after the decision."""

    request = models.ForeignKey(
        RefundRequest, models.CASCADE, related_name="evidence", verbose_name=_("refund request")
    )
    content_type = models.CharField(_("kind of file"), max_length=40)
    sealed = models.TextField(_("file, sealed"))
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return f"{self.request_id} {self.content_type}"


class Refund(models.Model):
    """One sum going back by one payment. ``token`` is its idempotency key at the provider.

    Without an answer it is asked again at ``next_at``; ``why`` says what is the matter, ``promised_at``
    when the buyer has it at the latest. Without ``attempt`` no payment holds so much any more: a person
    transfers it. ``paid_out_ref`` names a transfer that a person made instead;
    ``twice_at`` is when the provider said that it had returned it as well.
    """

    order = models.ForeignKey(
        "bookings_orders.Order", models.PROTECT, related_name="refunds", verbose_name=_("order")
    )
    attempt = models.ForeignKey(
        "bookings_payments.Attempt",
        models.PROTECT,
        null=True,
        blank=True,
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
    tries = models.PositiveIntegerField(_("tries"), default=0, db_default=0)
    next_at = models.DateTimeField(_("asked again at"), null=True, blank=True)
    why = models.CharField(_("what is the matter"), max_length=200, blank=True, db_default="")
    promised_at = models.DateTimeField(_("there at the latest"), null=True, blank=True)
    paid_out_ref = models.CharField(
        _("transfer made instead"), max_length=80, blank=True, db_default=""
    )
    twice_at = models.DateTimeField(_("known to be returned twice at"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="bookings_refunds_refund_amount"
            ),
            models.CheckConstraint(
                condition=Q(attempt__isnull=False) | Q(state__in=("DONE", "FAILED")),
                name="bookings_refunds_refund_sent_by_a_payment",
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
        return f"{self.get_reason_display()} ¥{yuan(self.amount_fen)}"

    @property
    def payment(self) -> Attempt:
        """The payment by which it is sent; there is one wherever it is."""
        assert self.attempt is not None
        return self.attempt


class EarlierToken(models.Model):
    """A number under which a refund was sent and refused, kept so that a late word of it is known."""

    refund = models.ForeignKey(
        Refund, models.CASCADE, related_name="earlier_tokens", verbose_name=_("refund")
    )
    token = models.CharField(_("token"), max_length=32, unique=True)

    class Meta:
        verbose_name = _("earlier number of a refund")
        verbose_name_plural = _("earlier numbers of refunds")

    def __str__(self) -> str:
        return self.token


class BankDetails(models.Model):
    """Where money goes that cannot go back the way it came: asked for by a link that works once.

    Sealed while they are needed, wiped when the transfer is made or the link was not used in time.
    """

    refund = models.OneToOneField(
        Refund, models.CASCADE, related_name="bank_details", verbose_name=_("refund")
    )
    token = models.CharField(_("token"), max_length=32, unique=True)
    asked_by = models.CharField(_("asked by"), max_length=64, blank=True, db_default="")
    expires_at = models.DateTimeField(_("link works until"))
    sealed = models.TextField(_("details, sealed"), blank=True)
    given_at = models.DateTimeField(_("given at"), null=True, blank=True)
    wiped_at = models.DateTimeField(_("wiped at"), null=True, blank=True)

    class Meta:
        verbose_name = _("bank details")
        verbose_name_plural = _("bank details")
        constraints = (
            models.CheckConstraint(
                condition=Q(wiped_at__isnull=True) | Q(sealed=""),
                name="bookings_refunds_bank_wiped",
            ),
        )

    def __str__(self) -> str:
        return str(self.refund)
