"""A stored balance: money paid in ahead, and a bonus on top that expires apart from it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """What one person has: paid in, and given. Both are moved by guarded statements only.

    ``owed_fen`` is what was taken back of payments into it and had been spent. While ``blocked_at`` is
    set, nothing is paid from it.
    """

    actor = models.CharField(_("holder"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    paid_fen = models.BigIntegerField(_("paid in (fen)"), default=0)
    bonus_fen = models.BigIntegerField(_("bonus (fen)"), default=0)
    owed_fen = models.BigIntegerField(_("owed to us (fen)"), default=0, db_default=0)
    blocked_at = models.DateTimeField(_("blocked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = (
            models.UniqueConstraint(
                fields=("actor", "currency"), name="bookings_balance_account_actor"
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0) & Q(bonus_fen__gte=0),
                name="bookings_balance_account_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(owed_fen__gte=0), name="bookings_balance_account_owed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor} {self.currency}"

    @property
    def subject(self) -> str:
        """How the ledger names it."""
        return f"balance:{self.pk}"


class Offer(models.Model):
    """Pay in so much and get so much on top, good for so many days."""

    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    pay_fen = models.BigIntegerField(_("pay in (fen)"), unique=True)
    bonus_fen = models.BigIntegerField(_("bonus (fen)"), default=0)
    bonus_days = models.PositiveSmallIntegerField(_("days the bonus is good"), default=365)
    is_on = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("top-up offer")
        verbose_name_plural = _("top-up offers")
        constraints = (
            models.CheckConstraint(
                condition=Q(pay_fen__gt=0) & Q(bonus_fen__gte=0) & Q(bonus_fen__lte=F("pay_fen")),
                name="bookings_balance_offer_sums",
            ),
            models.CheckConstraint(
                condition=Q(bonus_days__gt=0), name="bookings_balance_offer_days"
            ),
        )

    def __str__(self) -> str:
        return self.name_zh


class TopUp(models.Model):
    """One wish to pay in, with the offer as it was shown; credited once."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="top_ups", verbose_name=_("balance")
    )
    pay_fen = models.BigIntegerField(_("pay in (fen)"))
    bonus_fen = models.BigIntegerField(_("bonus (fen)"), default=0)
    bonus_days = models.PositiveSmallIntegerField(_("days the bonus is good"), default=365)
    asked_at = models.DateTimeField(_("asked at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    attempt_id = models.BigIntegerField(_("payment"), null=True, blank=True)

    class Meta:
        verbose_name = _("top-up")
        verbose_name_plural = _("top-ups")
        constraints = (
            models.CheckConstraint(
                condition=Q(pay_fen__gt=0) & Q(bonus_fen__gte=0),
                name="bookings_balance_topup_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.pay_fen}"


class Credit(models.Model):
    """Money that goes back to a balance instead of the way it came, and a bonus for that; once for ``key``.

    ``words`` say what for.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="credits", verbose_name=_("balance")
    )
    key = models.CharField(_("key"), max_length=80, unique=True)
    words = models.CharField(_("words"), max_length=60, blank=True)
    fen = models.BigIntegerField(_("credited (fen)"))
    bonus_fen = models.BigIntegerField(_("bonus (fen)"), default=0)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("credit to a balance")
        verbose_name_plural = _("credits to balances")
        constraints = (
            models.CheckConstraint(
                condition=Q(fen__gt=0) & Q(bonus_fen__gte=0), name="bookings_balance_credit_sums"
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.fen}"


class Grant(models.Model):
    """A bonus that was given, and what is left of it until it expires."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="grants", verbose_name=_("balance")
    )
    top_up = models.OneToOneField(
        TopUp, models.PROTECT, null=True, blank=True, related_name="grant", verbose_name=_("top-up")
    )
    credit = models.OneToOneField(
        Credit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grant",
        verbose_name=_("credit"),
    )
    left_fen = models.BigIntegerField(_("left (fen)"))
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        verbose_name = _("bonus")
        verbose_name_plural = _("bonuses")
        constraints = (
            models.CheckConstraint(
                condition=Q(left_fen__gte=0), name="bookings_balance_grant_left"
            ),
            models.CheckConstraint(
                condition=Q(top_up__isnull=False, credit__isnull=True)
                | Q(top_up__isnull=True, credit__isnull=False),
                name="bookings_balance_grant_of_one",
            ),
        )
        indexes = (
            models.Index(
                fields=("expires_at",),
                condition=Q(left_fen__gt=0),
                name="bookings_balance_grant_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.left_fen}"


class Spending(models.Model):
    """One payment from a balance. ``token`` is the payment's; ``bonus`` has fen by grant id."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="spendings", verbose_name=_("balance")
    )
    token = models.CharField(_("token"), max_length=32, unique=True)
    words = models.CharField(_("words"), max_length=60, blank=True)
    paid_fen = models.BigIntegerField(_("of what was paid in (fen)"))
    bonus = models.JSONField(_("of the bonus, by its number"), default=dict)
    returned_fen = models.BigIntegerField(_("returned (fen)"), default=0)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("payment from a balance")
        verbose_name_plural = _("payments from balances")
        constraints = (
            models.CheckConstraint(
                condition=Q(returned_fen__gte=0) & Q(paid_fen__gte=0),
                name="bookings_balance_spending_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} {self.token}"

    @property
    def bonus_fen(self) -> int:
        """What came out of bonuses."""
        return sum(self.bonus.values())

    @property
    def whole_fen(self) -> int:
        """What was paid."""
        return self.paid_fen + self.bonus_fen


class Return(models.Model):
    """Money that came back to a balance, once for a token."""

    spending = models.ForeignKey(
        Spending, models.PROTECT, related_name="returns", verbose_name=_("payment from a balance")
    )
    token = models.CharField(_("token"), max_length=32, unique=True)
    paid_fen = models.BigIntegerField(_("paid in (fen)"))
    bonus_fen = models.BigIntegerField(_("bonus (fen)"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("return to a balance")
        verbose_name_plural = _("returns to balances")
        constraints = (
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0) & Q(bonus_fen__gte=0),
                name="bookings_balance_return_sums",
            ),
        )

    def __str__(self) -> str:
        return self.token


class TakenBack(models.Model):
    """What a provider returned, or a bank took back, of a payment into a balance, once for ``key``.

    ``attempt_id`` is that payment. ``paid_fen`` and ``bonus_fen`` came out of the balance, ``owed_fen``
    was not there any more.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="taken_back", verbose_name=_("balance")
    )
    key = models.CharField(_("key"), max_length=80, unique=True)
    attempt_id = models.BigIntegerField(_("payment"))
    paid_fen = models.BigIntegerField(_("paid in (fen)"))
    bonus_fen = models.BigIntegerField(_("bonus (fen)"))
    owed_fen = models.BigIntegerField(_("owed to us (fen)"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("taken back from a balance")
        verbose_name_plural = _("taken back from balances")
        constraints = (
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0) & Q(bonus_fen__gte=0) & Q(owed_fen__gte=0),
                name="bookings_balance_takenback_sums",
            ),
        )

    def __str__(self) -> str:
        return self.key
