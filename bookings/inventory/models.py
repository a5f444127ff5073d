"""Buckets: how many units of something there are, and how many are taken.

A Bucket does not know what it counts nor who took: sellers give it a meaning through ``key``, and
orders keep the holds. The CHECK is the last guard behind the operations.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Bucket(models.Model):
    """So many units that can be taken. ``taken`` moves only through inventory.operations."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    region_id = models.BigIntegerField(_("region"))
    capacity = models.IntegerField(_("capacity"))
    taken = models.IntegerField(_("taken"), default=0)

    class Meta:
        verbose_name = _("bucket")
        verbose_name_plural = _("buckets")
        constraints = (
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=F("capacity")),
                name="bookings_inventory_bucket_taken_within_capacity",
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def left(self) -> int:
        """Units that can still be taken."""
        return self.capacity - self.taken
