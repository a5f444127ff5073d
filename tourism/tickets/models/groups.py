"""Groups: a list of names that a school or an agency has sent for one entry time."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.Model):
    """The people of a list who can come, and what was wrong with the others; later its order.

    ``people`` has the traveller and the class of each, in the order of the list. ``rejected`` has row,
    field and reason, and nothing of the document. ``slot_id`` is plain, as everywhere. The people's names
    and documents are in books of the group's own until ``forgotten_at``.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("agency or school")
    )
    region = models.ForeignKey("kernel_places.Region", models.PROTECT, verbose_name=_("region"))
    name = models.CharField(_("name of the group"), max_length=80)
    slot_id = models.BigIntegerField(_("entry time"))
    people = models.JSONField(_("people"))
    rejected = models.JSONField(_("rejected rows"), default=list)
    sent_by = models.CharField(_("sent by"), max_length=64)
    sent_at = models.DateTimeField(_("sent at"))
    request_key = models.CharField(max_length=64, unique=True)
    forgotten_at = models.DateTimeField(_("names deleted at"), null=True, blank=True)
    order = models.OneToOneField(
        "bookings_orders.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("order"),
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        indexes = (
            models.Index(fields=("organisation", "-sent_at"), name="tourism_tickets_group_newest"),
            models.Index(
                fields=("sent_at",),
                condition=models.Q(forgotten_at__isnull=True),
                name="tourism_tickets_group_kept",
            ),
        )

    def __str__(self) -> str:
        return self.name
