"""Buckets: how many units of something there are, how many are taken, how many are kept back.

A Bucket does not know what it counts nor who took: sellers give it a meaning through ``key``, and
orders keep the holds. The CHECKs are the last guard behind the operations.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Through whom something is sold; ``Ask.channel`` says it of a sale."""

    OWN = "own", _("this site")
    PARTNER = "partner", _("partners")
    AGENT = "agent", _("travel agencies")
    COUNTER = "counter", _("the counter")
    GROUP = "group", _("groups")
    DRAW = "draw", _("a draw")


class Bucket(models.Model):
    """So many units that can be taken. ``taken`` and ``kept`` move only through inventory.operations.

    ``is_awaited``: somebody waits for units of it, so that what comes free is ``kept`` for them and
    is not sold openly. ``divided``: the sum of the capacities of its quotas.
    """

    key = models.CharField(_("key"), max_length=120, unique=True)
    region_id = models.BigIntegerField(_("region"))
    capacity = models.IntegerField(_("capacity"))
    taken = models.IntegerField(_("taken"), default=0)
    kept = models.IntegerField(_("kept for those who wait"), default=0, db_default=0)
    is_awaited = models.BooleanField(_("is waited for"), default=False, db_default=False)
    divided = models.IntegerField(_("divided into quotas"), default=0, db_default=0)

    class Meta:
        verbose_name = _("bucket")
        verbose_name_plural = _("buckets")
        constraints = (
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=F("capacity")),
                name="bookings_inventory_bucket_taken_within_capacity",
            ),
            models.CheckConstraint(
                condition=Q(kept=0) | Q(kept__gt=0, kept__lte=F("capacity") - F("taken")),
                name="bookings_inventory_bucket_kept_within_capacity",
            ),
            models.CheckConstraint(
                condition=Q(kept=0) | Q(is_awaited=True),
                name="bookings_inventory_bucket_kept_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(divided=0) | Q(divided__gt=0, divided__lte=F("capacity")),
                name="bookings_inventory_bucket_quotas_within_capacity",
            ),
        )
        indexes = (
            models.Index(
                fields=("region_id",),
                condition=Q(is_awaited=True),
                name="bookings_inventory_awaited",
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def left(self) -> int:
        """Units that can be sold openly."""
        return self.capacity - self.taken - self.kept


class Return(models.Model):
    """Units of awaited buckets that came free at once: one step of the stream that is handed out.

    Numbered by its id: of one bucket the numbers follow each other as the units came free, because
    they are given under the bucket's lock. ``units`` by bucket id. Written in the statement that
    frees; ``served_at`` when it has been offered to everybody who waits.
    """

    region = models.ForeignKey(
        "kernel_places.Region",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("region"),
    )
    units = models.JSONField(_("units by bucket"))
    given_at = models.DateTimeField(_("came free at"))
    served_at = models.DateTimeField(_("handed out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        indexes = (
            models.Index(
                fields=("region", "id"),
                condition=Q(served_at__isnull=True),
                name="bookings_inventory_return_open",
            ),
            models.Index(fields=("given_at",), name="bookings_inventory_return_when"),
        )

    def __str__(self) -> str:
        return f"{self.pk}"


class Quota(models.Model):
    """The part of a bucket that one channel may sell: a bucket of its own, taken beside the whole's.

    A divided bucket has one for ``own``, which is the rest. From ``release_at`` on what the channel
    has not sold is for own sale, until the time itself is over at ``until``; None: never.
    """

    whole = models.ForeignKey(
        Bucket, models.PROTECT, related_name="quotas", verbose_name=_("the whole")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    bucket = models.OneToOneField(
        Bucket, models.PROTECT, related_name="+", verbose_name=_("bucket of the channel")
    )
    release_at = models.DateTimeField(_("for own sale from"), null=True, blank=True)
    until = models.DateTimeField(_("over at"))

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = (
            models.UniqueConstraint(
                fields=("whole", "channel"), name="bookings_inventory_quota_channel"
            ),
            models.CheckConstraint(
                condition=~Q(whole=F("bucket")), name="bookings_inventory_quota_of_another"
            ),
        )
        indexes = (
            models.Index(
                fields=("until", "release_at"),
                condition=Q(release_at__isnull=False),
                name="bookings_inventory_quota_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.whole_id} {self.channel}"
