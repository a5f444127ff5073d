"""Mountains that have to be left before the last way down: what leads up and down, and what fell short."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.naming import Named
from kernel.provenance import Sourced
from transport.lines.models import MOST_SEATS


class Mountain(Named, Sourced):
    """A place that people are carried up to, and must be carried down from the same day.

    A sale up is refused beyond what can come down once an operator has confirmed the figures; until
    then they are shown. ``stay_min``: nobody is reckoned to come down sooner after arriving.
    ``reserve``: places down kept for those who walked up. ``lead_min``: so long it takes to send a bus.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="mountains", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("operator"),
    )
    slug = models.SlugField(_("short name"), max_length=60)
    stay_min = models.PositiveSmallIntegerField(
        _("least stay (minutes)"), default=30, validators=[MaxValueValidator(720)]
    )
    reserve = models.PositiveIntegerField(_("places kept for walkers"), default=0)
    lead_min = models.PositiveSmallIntegerField(
        _("a bus needs (minutes)"), default=45, validators=[MaxValueValidator(600)]
    )
    bus_seats = models.PositiveSmallIntegerField(
        _("seats of a bus that is sent"),
        default=45,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)],
    )

    class Meta:
        verbose_name = _("mountain")
        verbose_name_plural = _("mountains")
        constraints = (
            models.UniqueConstraint(fields=("region", "slug"), name="portal_descent_mountain_slug"),
            models.CheckConstraint(
                condition=Q(bus_seats__gte=1), name="portal_descent_mountain_seats"
            ),
        )


class Goes(models.TextChoices):
    """Which way people are carried."""

    UP = "UP", _("up")
    DOWN = "DOWN", _("down")
    BOTH = "BOTH", _("up and down")


class Way(models.Model):
    """A cableway or a direct shuttle that leads up to a mountain, or down from it."""

    mountain = models.ForeignKey(
        Mountain, models.CASCADE, related_name="ways", verbose_name=_("mountain")
    )
    cableway = models.ForeignKey(
        "tourism_areas.Cableway",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cableway"),
    )
    shuttle = models.ForeignKey(
        "transport_direct.DirectShuttle",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("direct shuttle"),
    )
    goes = models.CharField(_("leads"), max_length=4, choices=Goes)

    class Meta:
        verbose_name = _("way up or down")
        verbose_name_plural = _("ways up and down")
        constraints = (
            models.CheckConstraint(
                condition=Q(cableway__isnull=False, shuttle__isnull=True)
                | Q(cableway__isnull=True, shuttle__isnull=False) & ~Q(goes="BOTH"),
                name="portal_descent_way_of_one",
            ),
            models.UniqueConstraint(
                fields=("mountain", "cableway", "shuttle"),
                nulls_distinct=False,
                name="portal_descent_way_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.cableway or self.shuttle} {self.get_goes_display()}"

    def clean(self) -> None:
        """:raises ValidationError: none or both, or a shuttle that is said to go both ways."""
        super().clean()
        if (self.cableway_id is None) == (self.shuttle_id is None):
            raise ValidationError(_("Choose either a cableway or a direct shuttle."))
        if self.shuttle_id is not None and self.goes == Goes.BOTH:
            raise ValidationError({"goes": _("A direct shuttle goes one way.")})

    @property
    def is_up(self) -> bool:
        return self.goes != Goes.DOWN

    @property
    def is_down(self) -> bool:
        return self.goes != Goes.UP


class Threshold(models.Model):
    """Of a day, how many may still be sold who come down only from ``from_at`` on: a Bucket."""

    mountain = models.ForeignKey(
        Mountain, models.CASCADE, related_name="thresholds", verbose_name=_("mountain")
    )
    date = models.DateField(_("day"))
    from_at = models.DateTimeField(_("from"))
    bucket_id = models.BigIntegerField(_("bucket"), unique=True)

    class Meta:
        verbose_name = _("threshold of a day")
        verbose_name_plural = _("thresholds of days")
        constraints = (
            models.UniqueConstraint(
                fields=("mountain", "from_at"), name="portal_descent_threshold_once"
            ),
        )
        indexes = (models.Index(fields=("mountain", "date"), name="portal_descent_threshold_day"),)

    def __str__(self) -> str:
        return f"{self.mountain_id} {self.from_at:%Y-%m-%d %H:%M}"


class Shortfall(models.Model):
    """More people are up than the ways down will carry: told once, until it is over or answered."""

    mountain = models.ForeignKey(
        Mountain, models.CASCADE, related_name="shortfalls", verbose_name=_("mountain")
    )
    date = models.DateField(_("day"))
    raised_at = models.DateTimeField(_("raised at"))
    people = models.PositiveIntegerField(_("people to bring down"))
    places = models.PositiveIntegerField(_("places left"))
    buses = models.PositiveIntegerField(_("buses needed"))
    ended_at = models.DateTimeField(_("over at"), null=True, blank=True)

    class Meta:
        verbose_name = _("shortfall")
        verbose_name_plural = _("shortfalls")
        constraints = (
            models.UniqueConstraint(
                fields=("mountain",),
                condition=Q(ended_at__isnull=True),
                name="portal_descent_shortfall_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mountain} {self.date}: {self.people} / {self.places}"
