"""Why a line that was paid is not to be had after all."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Why(models.TextChoices):
    """Who or what has ended it."""

    SAID_NO = "SAID_NO", _("the supplier said no")
    NO_ANSWER = "NO_ANSWER", _("the supplier did not answer in time")


class LineRefusal(models.Model):
    """A line that was refused, once for ever; ``words`` are the supplier's own, for the buyer to read.

    Lines are deleted while they are placed only: that costs no statement here.
    """

    line = models.OneToOneField(
        "bookings_orders.Line",
        models.DO_NOTHING,
        related_name="refusal",
        verbose_name=_("order line"),
    )
    why = models.CharField(_("why"), max_length=10, choices=Why)
    words = models.CharField(_("in the supplier's words"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("refusal of an order line")
        verbose_name_plural = _("refusals of order lines")

    def __str__(self) -> str:
        return self.reason

    @property
    def reason(self) -> str:
        """For the buyer, in the active language."""
        return gettext(self.words) if self.words else str(self.get_why_display())
