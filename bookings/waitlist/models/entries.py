"""Who waits, for what, in whose line, and who has tried to wait twice."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.inventory.models import Channel
from kernel.naming import say


class EntryState(models.TextChoices):
    """Where an entry stands."""

    WAITING = "WAITING", _("in the list")
    SERVING = "SERVING", _("being served")
    OFFERED = "OFFERED", _("won, to be paid")
    WON = "WON", _("won and paid")
    LAPSED = "LAPSED", _("won and not paid in time")
    DECLINED = "DECLINED", _("won and declined")
    LEFT = "LEFT", _("left the list")
    OVER = "OVER", _("over without luck")


LIVE = frozenset({EntryState.WAITING, EntryState.SERVING, EntryState.OFFERED})
"""States in which somebody still has something to hope for."""


class Entry(models.Model):
    """A party that waits, all of it or nothing. Money in fen.

    ``party`` has [class code, traveller id] a person, ``owners`` the names under which those
    travellers are kept. For more than ``limit_fen`` nothing is taken. ``pay_by`` is the way of paying
    that is charged at once without asking; empty: the party has a time in which to pay. Who won a draw
    is entered as being served at once, of no return, in the draw's own ``channel``.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("supplier"),
    )
    actor = models.CharField(_("buyer"), max_length=64, db_index=True)
    user_id = models.BigIntegerField(_("user"), null=True, blank=True)
    request_key = models.CharField(_("request key"), max_length=64)
    kind = models.CharField(_("kind"), max_length=20)
    channel = models.CharField(_("channel"), max_length=20, default="own", db_default="own")
    party = models.JSONField(_("party"))
    owners = models.JSONField(_("traveller books"))
    size = models.PositiveSmallIntegerField(_("people"))
    limit_fen = models.BigIntegerField(_("at most (fen)"))
    pay_by = models.CharField(_("charged at once by"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10)
    contact_sealed = models.TextField(_("contact, sealed"), blank=True)
    contact_masked = models.CharField(_("contact"), max_length=40, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=EntryState, default=EntryState.WAITING
    )
    chosen_wish = models.BigIntegerField(_("wish that is served"), null=True, blank=True)
    chosen_return = models.BigIntegerField(_("return it is served from"), null=True, blank=True)
    order = models.OneToOneField(
        "bookings_orders.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("order"),
    )
    pay_trouble = models.CharField(_("why it was not charged"), max_length=200, blank=True)
    joined_at = models.DateTimeField(_("joined at"))
    served_at = models.DateTimeField(_("won at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("waiting list entry")
        verbose_name_plural = _("waiting list entries")
        constraints = (
            models.UniqueConstraint(
                fields=("actor", "request_key"), name="bookings_waitlist_entry_request"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in EntryState]),
                name="bookings_waitlist_entry_state_known",
            ),
            models.CheckConstraint(
                condition=Q(limit_fen__gte=0), name="bookings_waitlist_entry_limit"
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False)
                | ~Q(state__in=("OFFERED", "WON", "LAPSED", "DECLINED")),
                name="bookings_waitlist_entry_won_an_order",
            ),
        )
        indexes = (
            models.Index(
                fields=("region", "id"),
                condition=Q(state="SERVING"),
                name="bookings_waitlist_serving",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def subject(self) -> str:
        """How the audit names it."""
        return f"waitlist-entry:{self.pk}"

    @property
    def order_key(self) -> str:
        """The request key of its order: whoever serves it again finds the same one."""
        return f"waitlist:{self.pk}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_waiting(self) -> bool:
        return self.state in (EntryState.WAITING, EntryState.SERVING)

    @property
    def is_drawn(self) -> bool:
        """Whether it won a draw: it stands in no line, and nobody is behind it."""
        return self.channel == Channel.DRAW

    @property
    def tone(self) -> str:
        """How the state looks on a page."""
        if self.state in (EntryState.OFFERED, EntryState.WON):
            return "good"
        return "note" if self.is_waiting else "quiet"


class Wish(models.Model):
    """One thing that an entry would take; ``position`` ranks them, the first is liked best.

    ``total_fen`` is what it cost when the entry joined, ``buckets`` in whose lines it has stood.
    """

    entry = models.ForeignKey(
        Entry, models.CASCADE, related_name="wishes", verbose_name=_("waiting list entry")
    )
    position = models.PositiveSmallIntegerField(_("rank of the wish"))
    ref = models.CharField(_("reference"), max_length=80)
    title = models.JSONField(_("title"))
    subtitle = models.JSONField(_("subtitle"), default=dict, blank=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    total_fen = models.BigIntegerField(_("total (fen)"))
    buckets = models.JSONField(_("buckets"), default=list, blank=True)

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = (
            models.UniqueConstraint(
                fields=("entry", "position"), name="bookings_waitlist_wish_position"
            ),
            models.UniqueConstraint(fields=("entry", "ref"), name="bookings_waitlist_wish_once"),
            models.CheckConstraint(
                condition=Q(total_fen__gte=0), name="bookings_waitlist_wish_total"
            ),
        )

    def __str__(self) -> str:
        return say(self.title)


class Place(models.Model):
    """A wish in the line of a bucket, for so many units; gone once the entry no longer waits."""

    entry = models.ForeignKey(
        Entry, models.CASCADE, related_name="places", verbose_name=_("waiting list entry")
    )
    wish = models.ForeignKey(Wish, models.CASCADE, related_name="places", verbose_name=_("wish"))
    bucket_id = models.BigIntegerField(_("bucket"))
    units = models.PositiveSmallIntegerField(_("units"))
    since = models.DateTimeField(_("in line since"))

    class Meta:
        verbose_name = _("place in line")
        verbose_name_plural = _("places in line")
        constraints = (
            models.UniqueConstraint(
                fields=("wish", "bucket_id"), name="bookings_waitlist_place_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("bucket_id", "units", "entry"), name="bookings_waitlist_place_line"
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.bucket_id}"


class Waiter(models.Model):
    """Somebody who waits: one real person has one place a seller's place and day.

    ``identity`` is a blind index: of a document where names are asked for, else of the contact.
    """

    entry = models.ForeignKey(
        Entry, models.CASCADE, related_name="waiters", verbose_name=_("waiting list entry")
    )
    scope = models.CharField(_("scope"), max_length=80)
    identity = models.CharField(_("identity index"), max_length=80)

    class Meta:
        verbose_name = _("who waits")
        verbose_name_plural = _("who waits")
        constraints = (
            models.UniqueConstraint(
                fields=("scope", "identity"), name="bookings_waitlist_waiter_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scope}"


class Try(models.Model):
    """Tries to take a second place for somebody who waits already: the risk list."""

    scope = models.CharField(_("scope"), max_length=80)
    identity = models.CharField(_("identity index"), max_length=80)
    actor = models.CharField(_("buyer"), max_length=64)
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("supplier"),
    )
    times = models.PositiveIntegerField(_("tries"), default=1)
    first_at = models.DateTimeField(_("first at"))
    last_at = models.DateTimeField(_("last at"))

    class Meta:
        verbose_name = _("refused second place")
        verbose_name_plural = _("refused second places")
        constraints = (
            models.UniqueConstraint(
                fields=("scope", "identity", "actor"), name="bookings_waitlist_try_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scope} {self.times}"
