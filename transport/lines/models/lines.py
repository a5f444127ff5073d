"""Tourist shuttle lines (旅游班线), in GTFS's terms: routes."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.dates import MONTHS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.contracts import TRANSFER_DAYS, TRANSFERS
from kernel.naming import EN, ZH, Named
from kernel.provenance import Sourced

MOST_SEATS = 200
MOST_CHANGES = 20
MOST_LUGGAGE = 200
SEATS_A_LAP = 10
"""On so many seats one child may ride on a lap (road-passenger rule No. 17/2020: a tenth)."""
MOST_TRANSFERS, MOST_TRANSFER_DAYS = 10, 60
MOVED_ALONG_MIN, MOST_MOVED_MIN = 30, 120
"""Half an hour is still the same trip to most riders: the connection and the day's plan hold."""
BUS = 3
MONTH = [MinValueValidator(1), MaxValueValidator(12)]
LADDER = RegexValidator(
    r"\A[0-9]{1,3}:(1000|[0-9]{1,3})( [0-9]{1,3}:(1000|[0-9]{1,3}))*\Z",
    _("must be hours:thousandths, such as 2:1000 0:800"),
)
COLOUR = RegexValidator(r"\A([0-9A-Fa-f]{6})?\Z", _("must be six hexadecimal digits"))


class LineKind(models.TextChoices):
    """What a line is for."""

    SCENIC = "SCENIC", _("scenic shuttle")
    TOURIST = "TOURIST", _("tourist line")
    AIRPORT = "AIRPORT", _("airport line")
    CITY = "CITY", _("city bus")


class ShuttleLine(Named, Sourced):
    """One line. It runs from ``first_month`` to ``last_month``, over the new year where the first is
    the later one; a line that is not bookable is paid on board.

    ``refund_ladder`` has rungs "hours:thousandths", such as "2:1000 0:800": cancelled that long
    before departure, so much of the price comes back. ``mode`` is GTFS's route_type (3 bus, 6 aerial
    lift, 7 funicular …). ``time_zone`` is empty where the line keeps its region's.
    """

    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, related_name="lines", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        "accounts_organisations.Organisation", models.PROTECT, verbose_name=_("operator")
    )
    slug = models.SlugField(_("short name"), max_length=60)
    short_name = models.CharField(
        _("number or short name on the vehicle"), max_length=60, blank=True
    )
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind)
    mode = models.PositiveSmallIntegerField(_("mode (GTFS route type)"), default=BUS)
    colour = models.CharField(_("colour"), max_length=6, blank=True, validators=[COLOUR])
    text_colour = models.CharField(
        _("colour of the text"), max_length=6, blank=True, validators=[COLOUR]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=40, blank=True, help_text=_("Empty: the region's.")
    )
    is_bookable = models.BooleanField(_("seats can be booked"), default=True)
    first_month = models.PositiveSmallIntegerField(
        _("runs from month"), default=1, validators=MONTH
    )
    last_month = models.PositiveSmallIntegerField(_("runs to month"), default=12, validators=MONTH)
    seats = models.PositiveSmallIntegerField(
        _("seats in a vehicle"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)],
        help_text=_("For runs laid out from now on; a run that is on sale has an action for this."),
    )
    standing = models.PositiveSmallIntegerField(
        _("places to stand"),
        default=0,
        validators=[MaxValueValidator(MOST_SEATS)],
        help_text=_("Sold beside the seats, for the same fare."),
    )
    has_seat_choice = models.BooleanField(_("riders may choose seats"), default=False)
    lap_places = models.PositiveSmallIntegerField(
        _("children on a lap"),
        default=0,
        db_default=0,
        help_text=_("On each run, without a seat of their own: at most one on ten seats; 0: none."),
    )
    lap_fee_fen = models.PositiveIntegerField(
        _("fare of a child on a lap (fen)"), default=0, db_default=0
    )
    luggage_places = models.PositiveSmallIntegerField(
        _("places for large luggage"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MOST_LUGGAGE)],
        help_text=_("Pieces that are booked with a seat on each run; 0: none."),
    )
    luggage_fee_fen = models.PositiveIntegerField(
        _("fare of a piece of large luggage (fen)"), default=0, db_default=0
    )
    needs_names = models.BooleanField(
        _("riders give their names"),
        default=False,
        db_default=False,
        help_text=_("Where the law asks for a real-name list: sold to named people only."),
    )
    ride_min = models.PositiveSmallIntegerField(_("minutes end to end"))
    metres = models.PositiveIntegerField(_("length (m)"))
    refund_ladder = models.CharField(
        _("refunds"), max_length=100, default="0:1000", validators=[LADDER]
    )
    refund_words_zh = models.CharField(_("refunds in words (Chinese)"), max_length=200)
    refund_words_en = models.CharField(_("refunds in words (English)"), max_length=200, blank=True)
    relief_from = models.PositiveSmallIntegerField(
        _("another vehicle is proposed when so many wait"),
        default=10,
        db_default=10,
        help_text=_("People in the waiting list of one departure; 0: never."),
    )
    moved_along_min = models.PositiveSmallIntegerField(
        _("riders are moved along by up to so many minutes"),
        default=MOVED_ALONG_MIN,
        db_default=MOVED_ALONG_MIN,
        validators=[MaxValueValidator(MOST_MOVED_MIN)],
        help_text=_(
            "When a departure moves: they are told, keep their seats and may have their money back."
            " What moves further is cancelled; 0: everything that moves."
        ),
    )
    changes = models.PositiveSmallIntegerField(
        _("may be changed so many times"),
        default=1,
        db_default=1,
        validators=[MaxValueValidator(MOST_CHANGES)],
        help_text=_("To another departure, free of charge but for a difference in price."),
    )
    choice_from_min = models.PositiveSmallIntegerField(
        _("riders may choose when it is so many minutes late"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1)],
        help_text=_(
            "From so late on they may take another departure or have all their money back; a smaller"
            " delay they are only told of."
        ),
    )
    transfers = models.PositiveSmallIntegerField(
        _("may be handed on so many times"),
        default=TRANSFERS,
        db_default=TRANSFERS,
        validators=[MaxValueValidator(MOST_TRANSFERS)],
        help_text=_("A seat is anybody's: to whom is not checked; 0: never."),
    )
    transfer_days = models.PositiveSmallIntegerField(
        _("handed on until so many days before"),
        default=TRANSFER_DAYS,
        db_default=TRANSFER_DAYS,
        validators=[MaxValueValidator(MOST_TRANSFER_DAYS)],
        help_text=_(
            "Until 24:00 of that day before departure: 1 is the day before, 0 the day itself, as long as"
            " nobody has boarded. Of one code with a ticket the stricter rule counts. What was sold"
            " keeps the rule it was sold with."
        ),
    )
    is_open = models.BooleanField(_("on sale"), default=True)

    class Meta:
        verbose_name = _("shuttle line")
        verbose_name_plural = _("shuttle lines")
        constraints = (
            models.UniqueConstraint(fields=("region", "slug"), name="transport_lines_line_slug"),
            models.CheckConstraint(
                condition=Q(first_month__range=(1, 12), last_month__range=(1, 12)),
                name="transport_lines_line_months",
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="transport_lines_line_seats"),
            models.CheckConstraint(
                condition=Q(transfers__lte=MOST_TRANSFERS, transfer_days__lte=MOST_TRANSFER_DAYS),
                name="transport_lines_line_transfers",
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=F("lap_places") * SEATS_A_LAP),
                name="transport_lines_line_laps",
                violation_error_message=_("At most one child on a lap on ten seats."),
            ),
            models.CheckConstraint(
                condition=Q(standing=0) | Q(has_seat_choice=False),
                name="transport_lines_line_seated",
                violation_error_message=_("Where riders stand, seats cannot be chosen."),
            ),
        )

    def is_in_season(self, day: date) -> bool:
        """Whether its months have this day."""
        first, last = self.first_month, self.last_month
        if first <= last:
            return first <= day.month <= last
        return day.month >= first or day.month <= last

    @property
    def season_words(self) -> str:
        """The months in which it runs, for readers; nothing where it runs all year."""
        if (self.last_month - self.first_month) % 12 == 11:
            return ""
        months = {"first": MONTHS[self.first_month], "last": MONTHS[self.last_month]}
        return gettext("Runs from %(first)s to %(last)s") % months

    @property
    def refund_words(self) -> dict[str, str]:
        """The refund terms by language code."""
        return {ZH: self.refund_words_zh, EN: self.refund_words_en}

    @property
    def places(self) -> int:
        """How many ride on each segment of a run that is laid out from now on."""
        return self.seats + self.standing

    @property
    def tz(self) -> ZoneInfo:
        """The time zone of its timetable."""
        return ZoneInfo(self.time_zone) if self.time_zone else self.region.tz

    @property
    def sign(self) -> str:
        """What stands on the vehicle: its number, or its short name in capitals."""
        return self.short_name or self.slug.upper()
