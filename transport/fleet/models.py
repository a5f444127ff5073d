"""Vehicles, drivers, and the papers without which neither may carry anybody.

A paper belongs to a vehicle, to a driver, or to the house itself. It is good from ``valid_from`` up to
the moment ``valid_until``; a renewal is another paper beside it.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

MOST_SEATS = 200
MOST_LUGGAGE = 200
SEATS_A_LAP = 10
"""On so many seats one child may ride on a lap (road-passenger rule No. 17/2020: a tenth)."""

_BLANKS = str.maketrans("", "", " ·.-")
_PLATE = RegexValidator(
    r"\A[^\W_]{2,12}\Z", _("must be a number plate: two to twelve letters and digits")
)

_TELEPHONE = RegexValidator(
    r"\A(\+?[0-9][0-9-]{2,18}[0-9])?\Z",
    _("must be a telephone number: digits, with hyphens if need be"),
)


class Vehicle(models.Model):
    """A vehicle (车辆) of an operator. ``plate`` is kept in capitals, without blanks, dots and dashes.

    ``sign`` is what riders look for on it beside the plate. ``lap_places``: children who may ride
    without a seat of their own; ``luggage_places``: pieces of large luggage. One that ``is_retired``
    is given to no run any more.
    """

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="vehicles",
        verbose_name=_("operator"),
    )
    plate = models.CharField(_("number plate"), max_length=12, validators=[_PLATE])
    sign = models.CharField(_("number painted on it"), max_length=20, blank=True)
    telephone = models.CharField(
        _("telephone of its dispatcher"),
        max_length=20,
        blank=True,
        validators=[_TELEPHONE],
        help_text=_("Shown to riders on its way, for an emergency."),
    )
    seats = models.PositiveSmallIntegerField(
        _("seats"), validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)]
    )
    lap_places = models.PositiveSmallIntegerField(
        _("children on a lap"),
        default=0,
        help_text=_("At most one on ten seats (road-passenger rule No. 17/2020)."),
    )
    luggage_places = models.PositiveSmallIntegerField(
        _("places for large luggage"), default=0, validators=[MaxValueValidator(MOST_LUGGAGE)]
    )
    is_retired = models.BooleanField(_("out of service"), default=False)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "plate"), name="transport_fleet_vehicle_plate"
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1) & Q(seats__gte=F("lap_places") * SEATS_A_LAP),
                name="transport_fleet_vehicle_seats",
                violation_error_message=_("At most one child on a lap on ten seats."),
            ),
        )

    def __str__(self) -> str:
        return self.plate

    @property
    def label(self) -> str:
        """What riders look for."""
        return " · ".join(filter(None, (self.sign, self.plate)))

    def clean_fields(self, exclude: set[str] | None = None) -> None:  # type: ignore[override]
        """The plate as it is kept, before it is looked at."""
        self.plate = self.plate.translate(_BLANKS).upper()
        super().clean_fields(exclude)


class Driver(models.Model):
    """Who drives for an operator; ``user`` signs in as them, where they do."""

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="drivers",
        verbose_name=_("operator"),
    )
    name = models.CharField(_("name"), max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signs in as"),
    )
    is_retired = models.BooleanField(_("drives no more"), default=False)

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "user"), name="transport_fleet_driver_user"
            ),
        )

    def __str__(self) -> str:
        return self.name


class PaperKind(models.TextChoices):
    """What a paper is."""

    OPERATING_LICENCE = "OPERATING_LICENCE", _("road transport operating licence")
    LIABILITY_INSURANCE = "LIABILITY_INSURANCE", _("carrier's liability insurance")
    VEHICLE_LICENCE = "VEHICLE_LICENCE", _("vehicle licence with inspection")
    TRANSPORT_PERMIT = "TRANSPORT_PERMIT", _("road transport permit of the vehicle")
    COMPULSORY_INSURANCE = "COMPULSORY_INSURANCE", _("compulsory motor insurance")
    DRIVING_LICENCE = "DRIVING_LICENCE", _("driving licence")
    QUALIFICATION = "QUALIFICATION", _("passenger driver's qualification")


OF_HOUSE = (PaperKind.OPERATING_LICENCE, PaperKind.LIABILITY_INSURANCE)
OF_VEHICLE = (
    PaperKind.VEHICLE_LICENCE, PaperKind.TRANSPORT_PERMIT, PaperKind.COMPULSORY_INSURANCE,
)  # fmt: skip
OF_DRIVER = (PaperKind.DRIVING_LICENCE, PaperKind.QUALIFICATION)


class Paper(models.Model):
    """A licence, permit or insurance: of a vehicle, of a driver, or of the house where it names neither."""

    organisation = models.ForeignKey(
        "accounts_organisations.Organisation",
        models.PROTECT,
        related_name="papers",
        verbose_name=_("operator"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=PaperKind)
    vehicle = models.ForeignKey(
        Vehicle,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="papers",
        verbose_name=_("vehicle"),
    )
    driver = models.ForeignKey(
        Driver,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="papers",
        verbose_name=_("driver"),
    )
    number = models.CharField(_("number"), max_length=60)
    valid_from = models.DateTimeField(_("good from"))
    valid_until = models.DateTimeField(
        _("good until"),
        help_text=_("The moment it ends: a paper good through 30 June ends on 1 July at 0:00."),
    )
    warned_at = models.DateTimeField(_("warned at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_until")), name="transport_fleet_paper_window"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OF_HOUSE, vehicle=None, driver=None)
                | Q(kind__in=OF_VEHICLE, vehicle__isnull=False, driver=None)
                | Q(kind__in=OF_DRIVER, vehicle=None, driver__isnull=False),
                name="transport_fleet_paper_holder",
            ),
        )
        indexes = (
            models.Index(fields=("organisation", "valid_until"), name="transport_fleet_paper_end"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def holder(self) -> str:
        """Whose it is: a plate, a driver's name, or the operator."""
        return str(self.vehicle or self.driver or self.organisation)

    def begins_in(self, zone: str) -> datetime:
        """From when on it is good, on the clock of a time zone."""
        return self.valid_from.astimezone(ZoneInfo(zone))

    def ends_in(self, zone: str) -> datetime:
        """When it ends, on the clock of a time zone."""
        return self.valid_until.astimezone(ZoneInfo(zone))

    def kind_in(self, language: str) -> str:
        """What it is, in one language."""
        with translation.override(language):
            return str(self.get_kind_display())

    def is_good(self, *, begins: datetime, ends: datetime) -> bool:
        """Whether it is good for all of this time."""
        return self.valid_from <= begins and ends <= self.valid_until

    def clean(self) -> None:
        """:raises ValidationError: it names nobody, somebody it is not of, or one of another operator."""
        super().clean()
        wanted = {"vehicle": self.kind in OF_VEHICLE, "driver": self.kind in OF_DRIVER}
        for name, is_wanted in wanted.items():
            held = getattr(self, name)
            if bool(held) != is_wanted:
                words = _("This paper needs one.") if is_wanted else _("This paper is of none.")
                raise ValidationError({name: words})
            if held and held.organisation_id != self.organisation_id:
                raise ValidationError({name: _("This one is of another operator.")})
