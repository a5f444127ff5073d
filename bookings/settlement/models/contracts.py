"""Commission contracts by version, and the rate that each order line has kept since it was bought."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WHOLE = 1000
_STEPS = re.compile(r"[1-9][0-9]{0,10}:[0-9]{1,4}( [1-9][0-9]{0,10}:[0-9]{1,4})*", re.ASCII)


class Expired(models.TextChoices):
    """Whose money it is when something that was paid expires unused."""

    SUPPLIER = "SUPPLIER", _("the supplier's")
    PLATFORM = "PLATFORM", _("the platform's")


class Contract(models.Model):
    """One version of what the platform and a supplier have agreed.

    It holds from ``valid_from`` until the next version of the same supplier does, so that two can never
    hold at once. A trigger refuses every change of it: what has changed is a new version.
    ``guarantee_fen`` is how much the supplier may owe before somebody is alarmed.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("supplier"),
    )
    valid_from = models.DateTimeField(_("valid from"))
    expired = models.CharField(
        _("what expires unused is"), max_length=10, choices=Expired, default=Expired.SUPPLIER
    )
    guarantee_fen = models.BigIntegerField(_("guarantee (fen)"), default=0)
    words = models.CharField(_("words"), max_length=200, blank=True)
    actor = models.CharField(_("entered by"), max_length=64)
    made_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("commission contract")
        verbose_name_plural = _("commission contracts")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "valid_from"), name="bookings_settlement_contract_begins"
            ),
            models.CheckConstraint(
                condition=Q(guarantee_fen__gte=0), name="bookings_settlement_contract_guarantee"
            ),
            models.CheckConstraint(
                condition=Q(expired__in=[each.value for each in Expired]),
                name="bookings_settlement_contract_expired",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {timezone.localtime(self.valid_from):%Y-%m-%d}"

    def rate_of(self, kind: str) -> Rate | None:
        """The rate for a kind of thing: its own, or the one for all others."""
        rates = {rate.kind: rate for rate in self.rates.all()}
        return rates.get(kind) or rates.get("")


class Rate(models.Model):
    """What the platform keeps of one kind of thing, or (no ``kind``) of all others.

    ``permille`` of what is earned, and ``per_line_fen`` a booking and ``per_part_fen`` a part of it (a
    person, a night). ``steps`` make the thousandths of a month's turnover less or more from a sum on:
    "10000000:80 50000000:60" is 80 of what lies between 100,000 and 500,000 yuan, and 60 beyond.
    """

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="rates", db_index=False, verbose_name=_("contract")
    )
    kind = models.CharField(_("kind"), max_length=20, blank=True)
    permille = models.PositiveSmallIntegerField(_("thousandths"))
    per_line_fen = models.BigIntegerField(_("for each booking (fen)"), default=0)
    per_part_fen = models.BigIntegerField(_("for each part (fen)"), default=0)
    steps = models.CharField(_("by the month's turnover"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("commission rate")
        verbose_name_plural = _("commission rates")
        constraints = (
            models.UniqueConstraint(
                fields=("contract", "kind"), name="bookings_settlement_rate_kind"
            ),
            models.CheckConstraint(
                condition=Q(permille__gte=0) & Q(permille__lte=WHOLE),
                name="bookings_settlement_rate_permille",
            ),
            models.CheckConstraint(
                condition=Q(per_line_fen__gte=0) & Q(per_part_fen__gte=0),
                name="bookings_settlement_rate_fixed",
            ),
        )

    def __str__(self) -> str:
        return self.kind or str(_("all others"))

    @property
    def ladder(self) -> tuple[tuple[int, int], ...]:
        """The steps: from how much turnover in fen, how many thousandths."""
        return read_steps(self.steps)


def read_steps(text: str) -> tuple[tuple[int, int], ...]:
    """ "10000000:80 50000000:60" as ((10000000, 80), (50000000, 60)).

    :raises ValidationError: it is not written so, not in order, or above the whole.
    """
    if not text:
        return ()
    if not _STEPS.fullmatch(text):
        raise ValidationError(_("must be sums and shares, such as 100000:8 500000:6.5"))
    pairs = [pair.partition(":") for pair in text.split()]
    steps = tuple((int(fen), int(permille)) for fen, _colon, permille in pairs)
    sums = [fen for fen, _permille in steps]
    if sums != sorted(set(sums)) or max(permille for _fen, permille in steps) > WHOLE:
        raise ValidationError(_("The sums must rise, and no share is above 100 percent."))
    return steps


class LineRate(models.Model):
    """The rate that a delivered line keeps for ever: that of the contract valid when it was bought.

    ``fixed_fen`` is for the line as a whole, with all of its parts. A line without one was bought when
    no contract held for it: nothing is kept of it.
    """

    line = models.OneToOneField(
        "bookings_orders.Line",
        models.PROTECT,
        related_name="+",
        primary_key=True,
        verbose_name=_("order line"),
    )
    rate = models.ForeignKey(Rate, models.PROTECT, related_name="+", verbose_name=_("rate"))
    permille = models.PositiveSmallIntegerField(_("thousandths"))
    fixed_fen = models.BigIntegerField(_("fixed (fen)"))
    price_fen = models.BigIntegerField(_("price (fen)"))

    class Meta:
        verbose_name = _("rate of an order line")
        verbose_name_plural = _("rates of order lines")
        constraints = (
            models.CheckConstraint(
                condition=Q(permille__gte=0)
                & Q(permille__lte=WHOLE)
                & Q(fixed_fen__gte=0)
                & Q(price_fen__gte=0),
                name="bookings_settlement_linerate_sums",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_id}: {self.permille}‰"
