"""Draws: what is scarce goes by lot, and everybody can work the result out again.

The seed is chosen, and its SHA-256 published, before anybody enters; the list of entries is published
with its hash when the draw closes; the seed is published when it is drawn. See docs/algorithms/draws.md.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.naming import say


class DrawState(models.TextChoices):
    """Where a draw stands."""

    OPEN = "OPEN", _("open for entries")
    CLOSED = "CLOSED", _("closed, to be drawn")
    DRAWN = "DRAWN", _("drawn")
    OFF = "OFF", _("called off")


OPEN_SEED = (DrawState.DRAWN, DrawState.OFF)
"""States in which the seed is published: nothing is drawn any more."""


class Draw(models.Model):
    """So many places of one thing (``kind``, ``ref``), given to whole parties by lot.

    ``seed_sealed`` is opened only to draw; ``commitment`` is the SHA-256 of the seed. With
    ``mixes_public`` a value that nobody here can choose is entered after closing by two people.
    ``bucket_id`` is the thing's own bucket, ``share_id`` the one of the places set aside. Until
    ``calls_until`` places that a winner does not take go to the next in the order. One that is called
    off has its list and its seed published, and no winner.
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
    place_id = models.BigIntegerField(_("place"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20)
    ref = models.CharField(_("reference"), max_length=80)
    title = models.JSONField(_("title"))
    subtitle = models.JSONField(_("subtitle"), default=dict, blank=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    places = models.PositiveIntegerField(pgettext_lazy("in a draw", "places"))
    bucket_id = models.BigIntegerField(_("bucket"))
    share_id = models.BigIntegerField(_("bucket of the draw"))
    state = models.CharField(_("state"), max_length=6, choices=DrawState, default=DrawState.OPEN)
    opens_at = models.DateTimeField(_("open from"))
    closes_at = models.DateTimeField(_("open until"))
    mixes_public = models.BooleanField(_("mixes in a public value"), default=False)
    seed_sealed = models.TextField(_("seed, sealed"))
    commitment = models.CharField(_("SHA-256 of the seed"), max_length=64)
    list_hash = models.CharField(_("SHA-256 of the list"), max_length=64, blank=True)
    public_value = models.CharField(_("public value"), max_length=100, blank=True)
    value_by = models.CharField(_("public value by"), max_length=64, blank=True)
    value_confirmed_by = models.CharField(_("public value confirmed by"), max_length=64, blank=True)
    seed = models.CharField(_("seed"), max_length=64, blank=True)
    made_by = models.CharField(_("by"), max_length=64)
    closed_at = models.DateTimeField(pgettext_lazy("draw", "closed at"), null=True, blank=True)
    drawn_at = models.DateTimeField(_("drawn at"), null=True, blank=True)
    calls_until = models.DateTimeField(_("next in the order until"), null=True, blank=True)
    off_at = models.DateTimeField(_("called off at"), null=True, blank=True)
    off_by = models.CharField(_("called off by"), max_length=64, blank=True, db_default="")
    off_reason_zh = models.CharField(
        _("why it was called off (Chinese)"), max_length=200, blank=True, db_default=""
    )
    off_reason_en = models.CharField(
        _("why it was called off (English)"), max_length=200, blank=True, db_default=""
    )

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        constraints = (
            models.CheckConstraint(condition=Q(places__gt=0), name="bookings_draws_draw_places"),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at"), closes_at__lt=F("starts_at")),
                name="bookings_draws_draw_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", list_hash="", closed_at__isnull=True)
                | (~Q(state="OPEN") & ~Q(list_hash="") & Q(closed_at__isnull=False)),
                name="bookings_draws_draw_closed_with_its_list",
            ),
            models.CheckConstraint(
                condition=Q(state="DRAWN", drawn_at__isnull=False) & ~Q(seed="")
                | Q(state="OFF", drawn_at__isnull=True) & ~Q(seed="")
                | Q(state__in=("OPEN", "CLOSED"), seed="", drawn_at__isnull=True),
                name="bookings_draws_draw_seed_only_when_over",
            ),
            models.CheckConstraint(
                condition=Q(state="OFF", off_at__isnull=False) & ~Q(off_reason_zh="")
                | ~Q(state="OFF") & Q(off_at__isnull=True),
                name="bookings_draws_draw_off_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(value_confirmed_by="") | ~Q(value_confirmed_by=F("value_by")),
                name="bookings_draws_draw_value_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="DRAWN")
                | Q(mixes_public=False)
                | (~Q(public_value="") & ~Q(value_confirmed_by="")),
                name="bookings_draws_draw_with_its_value",
            ),
            models.UniqueConstraint(fields=("kind", "ref"), name="bookings_draws_draw_once"),
        )
        indexes = (
            models.Index(
                fields=("closes_at",),
                condition=Q(state__in=("OPEN", "CLOSED")),
                name="bookings_draws_to_come",
            ),
        )

    def __str__(self) -> str:
        return say(self.title)

    @property
    def subject(self) -> str:
        """How the audit names it."""
        return f"draw:{self.pk}"

    @property
    def off_reason(self) -> dict[str, str]:
        """Why it was called off, in both languages."""
        return {"zh-hans": self.off_reason_zh, "en": self.off_reason_en or self.off_reason_zh}


class Slip(models.Model):
    """A party in a draw, all of it or nothing. ``number`` stands for it in the published list.

    ``step``: won in the draw (0), or by the n-th places that a winner did not take.

    The columns of who goes and pays are those of a waiting list entry, which a winner becomes.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="slips", verbose_name=_("draw"))
    number = models.CharField(_("number"), max_length=32)
    actor = models.CharField(_("buyer"), max_length=64, db_index=True)
    user_id = models.BigIntegerField(_("user"), null=True, blank=True)
    request_key = models.CharField(_("request key"), max_length=64)
    party = models.JSONField(_("party"))
    owners = models.JSONField(_("traveller books"))
    size = models.PositiveSmallIntegerField(_("people"))
    limit_fen = models.BigIntegerField(_("at most (fen)"))
    pay_by = models.CharField(_("charged at once by"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10)
    contact_sealed = models.TextField(_("contact, sealed"), blank=True)
    contact_masked = models.CharField(_("contact"), max_length=40, blank=True)
    entered_at = models.DateTimeField(_("entered at"))
    rank = models.PositiveIntegerField(_("rank"), null=True, blank=True)
    has_won = models.BooleanField(_("has won"), default=False)
    step = models.PositiveIntegerField(_("won with step"), default=0, db_default=0)
    entry = models.OneToOneField(
        "bookings_waitlist.Entry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("served as"),
    )

    class Meta:
        verbose_name = _("entry in a draw")
        verbose_name_plural = _("entries in draws")
        constraints = (
            models.UniqueConstraint(
                fields=("actor", "request_key"), name="bookings_draws_slip_request"
            ),
            models.UniqueConstraint(fields=("draw", "number"), name="bookings_draws_slip_number"),
            models.UniqueConstraint(fields=("draw", "rank"), name="bookings_draws_slip_rank"),
            models.CheckConstraint(condition=Q(size__gt=0), name="bookings_draws_slip_size"),
            models.CheckConstraint(condition=Q(limit_fen__gte=0), name="bookings_draws_slip_limit"),
            models.CheckConstraint(
                condition=Q(has_won=True, entry__isnull=False, rank__isnull=False)
                | Q(has_won=False, entry__isnull=True),
                name="bookings_draws_slip_won_is_served",
            ),
        )

    def __str__(self) -> str:
        return self.number


class Vacancy(models.Model):
    """A winner has not taken the places, the ``number``-th of a draw: who was next in the order gets them."""

    draw = models.ForeignKey(
        Draw, models.PROTECT, related_name="vacancies", db_index=False, verbose_name=_("draw")
    )
    number = models.PositiveIntegerField(_("step"))
    slip = models.OneToOneField(
        Slip, models.PROTECT, related_name="vacancy", verbose_name=_("entry in a draw")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("places not taken")
        verbose_name_plural = _("places not taken")
        constraints = (
            models.UniqueConstraint(
                fields=("draw", "number"), name="bookings_draws_vacancy_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="bookings_draws_vacancy_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.draw_id}/{self.number}"


class Entrant(models.Model):
    """Somebody in a draw: one real person is in it once. ``identity`` is a blind index."""

    slip = models.ForeignKey(
        Slip, models.CASCADE, related_name="entrants", verbose_name=_("entry in a draw")
    )
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="+", verbose_name=_("draw"))
    identity = models.CharField(_("identity index"), max_length=80)

    class Meta:
        verbose_name = _("person in a draw")
        verbose_name_plural = _("people in draws")
        constraints = (
            models.UniqueConstraint(
                fields=("draw", "identity"), name="bookings_draws_entrant_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.draw_id}"
