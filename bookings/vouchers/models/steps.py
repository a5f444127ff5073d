"""The life of a voucher, step by step: written once each, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.vouchers.models.rights import Voucher


class Life(models.TextChoices):
    """How far a voucher has come. ``life_sql`` reads it from the voucher's own columns."""

    ISSUED = "ISSUED", pgettext_lazy("voucher", "issued")
    PART = "PART", _("part used")
    USED = "USED", _("used")
    VOIDED = "VOIDED", _("void")
    EXPIRED = "EXPIRED", pgettext_lazy("voucher", "expired")


class Why(models.TextChoices):
    """What makes a voucher take a step."""

    ISSUED = "ISSUED", _("delivered")
    PASSED = "PASSED", _("somebody passed")
    UNDONE = "UNDONE", _("a scan was taken back")
    MOVED = "MOVED", _("another time")
    CANCELLED = "CANCELLED", _("cancelled")
    CHANGED = "CHANGED", _("changed for something else")
    OVER = "OVER", _("its time is over")


_I, _P, _U, _V, _E = (each.value for each in Life)

LEGAL: dict[str, frozenset[tuple[str, str]]] = {
    Why.ISSUED.value: frozenset({("", _I)}),
    Why.PASSED.value: frozenset({(_I, _P), (_I, _U), (_P, _U), (_E, _P), (_E, _U)}),
    Why.UNDONE.value: frozenset({(_U, _P), (_U, _I), (_P, _I)}),
    Why.MOVED.value: frozenset({(_I, _I), (_P, _P), (_E, _I), (_E, _P)}),
    Why.CANCELLED.value: frozenset({(_I, _V), (_E, _V)}),
    Why.CHANGED.value: frozenset({(_I, _V), (_E, _V)}),
    Why.OVER.value: frozenset({(_I, _E), (_P, _E)}),
}
"""From where to where each reason leads. Nothing leads out of VOIDED; out of EXPIRED leads what a gate
without network tells late, and a supplier's new time.
"""


def legal_steps() -> Q:
    """LEGAL as a condition on a row."""
    condition = Q()
    for why, pairs in LEGAL.items():
        for before, after in sorted(pairs):
            condition |= Q(why=why, before=before, after=after)
    return condition


def life_sql(row: str) -> str:
    """How far the voucher ``row`` (an alias, or old and new of RETURNING) has come, as SQL."""
    return (
        f"CASE WHEN {row}.state <> 'ACTIVE' THEN {row}.state"
        f" WHEN {row}.expired_at IS NOT NULL THEN 'EXPIRED'"
        f" WHEN {row}.entries_used > 0 THEN 'PART' ELSE 'ISSUED' END"
    )


class Step(models.Model):
    """One step of a voucher: ``before`` is empty where it begins. ``at`` is when it happened, by what
    the gate says where a gate tells late; the order is that of ``id``.

    Vouchers from before steps were kept begin with their next step, or have none.
    """

    voucher = models.ForeignKey(
        Voucher, models.PROTECT, related_name="steps", verbose_name=_("voucher")
    )
    before = models.CharField(
        pgettext_lazy("step", "from"), max_length=10, choices=Life, blank=True
    )
    after = models.CharField(pgettext_lazy("step", "to"), max_length=10, choices=Life)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("by"), max_length=64)
    why = models.CharField(_("why"), max_length=10, choices=Why)

    class Meta:
        verbose_name = _("step of a voucher")
        verbose_name_plural = _("steps of vouchers")
        constraints = (
            models.UniqueConstraint(
                fields=("voucher",), condition=Q(before=""), name="bookings_vouchers_step_begins"
            ),
            models.UniqueConstraint(
                fields=("voucher",),
                condition=Q(after=Life.VOIDED.value),
                name="bookings_vouchers_step_ends",
            ),
            models.CheckConstraint(condition=legal_steps(), name="bookings_vouchers_step_legal"),
        )

    def __str__(self) -> str:
        return f"{self.voucher_id}: {self.before} > {self.after}"
