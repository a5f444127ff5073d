"""What the pages of scenic areas show, as frozen rows in the active language. Prices in fen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.campaigns.listing import Price, Prices
from bookings.pricing.telling import Published, published
from bookings.waitlist.sold_out import WaitingList
from kernel.errors import BadInput
from kernel.naming import say
from kernel.places.models import DayType
from kernel.web import calendars
from tourism.areas import queries as areas
from tourism.areas.models import Cableway, ScenicArea, SeasonName
from tourism.areas.queries import OpenState
from tourism.tickets import queries
from tourism.tickets.extras import ExtraRow, extras_of
from tourism.tickets.facts import ProductFacts, facts_of
from tourism.tickets.models import LIMIT_PERIODS, Product, ProductKind
from tourism.tickets.pricing import ADULT, Fare
from tourism.tickets.queries import DayRow, DayState, SlotRow
from tourism.tickets.rows import hours_words
from tourism.tickets.sold_out import waiting_lists_of

WEEKS = 5
FARTHEST = timedelta(days=731)
MOST_OF_A_CLASS = 20


@dataclass(frozen=True, slots=True)
class FareRow:
    """One class to choose from, with its price on the chosen day."""

    field: str
    name: str
    condition: str
    price: Price
    needs_proof: bool
    start_with: int

    @property
    def note(self) -> str:
        """Who it is for, and the campaigns that make it cheaper."""
        return " · ".join(filter(None, (self.condition, self.price.why)))


@dataclass(frozen=True, slots=True)
class TicketPart:
    """The part of an area's page that sells: days, entry times, classes, terms.

    ``lists`` are the entry times that are sold out, each with its waiting list.
    """

    product: Product
    calendar: calendars.Calendar
    earlier: str
    later: str
    day: date | None
    day_note: str
    slots: list[dict[str, Any]]
    lists: list[WaitingList]
    fares: list[FareRow]
    together: list[Published]
    adult: Price
    includes: str
    excludes: str
    refund: str
    limits: list[str]
    extras: list[ExtraRow]

    @property
    def rides(self) -> list[ExtraRow]:
        return [row for row in self.extras if not row.is_service]

    @property
    def services(self) -> list[ExtraRow]:
        return [row for row in self.extras if row.is_service]

    @property
    def by_age(self) -> list[FareRow]:
        return [fare for fare in self.fares if not fare.needs_proof]

    @property
    def by_proof(self) -> list[FareRow]:
        return [fare for fare in self.fares if fare.needs_proof]

    @property
    def can_buy(self) -> bool:
        """Whether at least one entry time of the chosen day can be had."""
        return any(not slot["closed"] for slot in self.slots)


@dataclass(frozen=True, slots=True)
class CableRow:
    """A cableway with its hours and prices in the present season."""

    name: str
    route: str
    hours: str
    adult_fen: int
    child_fen: int
    ride_min: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class AreaPage:
    """Everything an area's page shows beside notices and panels."""

    today: OpenState
    hours: list[tuple[str, str]]
    tickets: TicketPart | None
    cableways: list[CableRow]
    description: str
    group: str
    is_sample: bool


def area_page(area: ScenicArea, *, chosen: date | None, at: datetime) -> AreaPage:
    """The page of an area (from areas.get_area); ``chosen`` is the day asked for, if any.

    :raises BadInput: the day is more than two years away.
    """
    today = area.region.local_date(at)
    product = Product.objects.filter(area=area, kind=ProductKind.ADMISSION, is_on_sale=True).first()
    facts = facts_of([product.pk])[product.pk] if product else None
    return AreaPage(
        today=areas.open_state(area, today),
        hours=_hours_rows(area),
        tickets=_tickets(product, facts, chosen, at) if product and facts else None,
        cableways=[_cable_row(cable, area.season_on(today)) for cable in area.cableways.all()],
        description=say({"zh-hans": area.description_zh, "en": area.description_en}),
        group=say({"zh-hans": area.group_zh, "en": area.group_en}),
        is_sample=facts.is_sample if facts else area.is_sample,
    )


def _tickets(
    product: Product, facts: ProductFacts, chosen: date | None, at: datetime
) -> TicketPart:
    today = facts.region.local_date(at)
    first = _first_shown(today, chosen)
    last = first + timedelta(days=7 * WEEKS - 1)
    rows = queries.slots(product_ids=[product.pk], first=min(first, today), last=last)
    days = queries.calendar_of(facts, rows, first=first, last=last, at=at)
    day = chosen or next((row.date for row in days if row.state is DayState.FREE), None)
    shown = next((row for row in days if row.date == day), None)
    price_of = _pricer(facts, [row.ref for row in rows if row.date == day], at)
    return TicketPart(
        product=product,
        calendar=calendars.calendar([_calendar_day(facts, row, day, today) for row in days]),
        earlier=_block_url(facts, max(first - timedelta(days=7), today)) if first > today else "",
        later=_block_url(facts, last + timedelta(days=1)) if _goes_on(days) else "",
        day=day,
        day_note=_day_note(facts, shown),
        slots=_slot_choices(facts, rows, day, at),
        lists=waiting_lists_of(facts, rows, day, at),
        fares=_fares(facts, shown, price_of),
        together=_together(facts, shown),
        adult=price_of(shown.adult_fen if shown else facts.prices.off_fen),
        includes=say({"zh-hans": product.includes_zh, "en": product.includes_en}),
        excludes=say({"zh-hans": product.excludes_zh, "en": product.excludes_en}),
        refund=say(facts.refund_words),
        limits=_limit_words(facts),
        extras=extras_of(facts.area_id, day, at),
    )


def _limit_words(facts: ProductFacts) -> list[str]:
    """What one person may have, where the people are named."""
    if not facts.real_name:
        return []
    periods = dict(LIMIT_PERIODS)
    words = _("At most %(most)s for one person %(period)s.")
    said = [words % {"most": most, "period": periods[period]} for period, most in facts.limits]
    return [*said, _handing_words(facts)]


def _handing_words(facts: ProductFacts) -> str:
    """Whether a named ticket may be given to somebody else, and until when."""
    if not facts.transfers:
        return _("A ticket stays with the person named on it.")
    often = ngettext(
        "May be given to another person once",
        "May be given to another person %(many)s times",
        facts.transfers,
    ) % {"many": facts.transfers}
    if not facts.transfer_days:
        return _("%(often)s, until it is used.") % {"often": often}
    until = ngettext(
        "until the end of the day before",
        "until the end of the day %(days)s days before",
        facts.transfer_days,
    ) % {"days": facts.transfer_days}
    return _("%(often)s, %(until)s.") % {"often": often, "until": until}


def _first_shown(today: date, chosen: date | None) -> date:
    """The Monday on which the shown weeks begin: this week's, or a later block with the day."""
    if chosen is not None and chosen > today + FARTHEST:
        raise BadInput(field="day")
    monday = today - timedelta(days=today.weekday())
    if chosen is None or chosen < monday:
        return monday
    blocks = (chosen - monday).days // (7 * WEEKS)
    return monday + timedelta(days=7 * WEEKS * blocks)


def _goes_on(days: Sequence[DayRow]) -> bool:
    """Whether the last shown day is laid out, so that there may be more behind it."""
    return days[-1].state is not DayState.NOT_YET


def _block_url(facts: ProductFacts, day: date) -> str:
    path = reverse("areas:detail", args=[facts.region.slug, facts.area_slug])
    return f"{path}?day={day:%Y-%m-%d}#days"


def _calendar_day(
    facts: ProductFacts, row: DayRow, chosen: date | None, today: date
) -> calendars.Day:
    closed = {
        DayState.PAST: _("Past"),
        DayState.CLOSED: _("Closed"),
        DayState.NOT_YET: _("Not yet"),
    }.get(row.state, "")
    can_choose = row.state in (DayState.FREE, DayState.FULL)
    return calendars.Day(
        date=row.date,
        left=row.left,
        url=_block_url(facts, row.date) if can_choose else "",
        closed=closed,
        chosen=row.date == chosen,
        today=row.date == today,
    )


def _day_note(facts: ProductFacts, row: DayRow | None) -> str:
    """What is special about the chosen day: a holiday, a closure."""
    if row is None:
        return ""
    shut = facts.shut_on(row.date)
    if shut is not None:
        return say(shut.reason)
    return say(row.holiday) if row.day_type is DayType.HOLIDAY else ""


def _slot_choices(
    facts: ProductFacts, rows: Sequence[SlotRow], day: date | None, at: datetime
) -> list[dict[str, Any]]:
    """The entry times of a day as components/_slots.html reads them, the first free one chosen."""
    shown = [row for row in rows if row.date == day]
    words = [_closed_word(facts, row, at) for row in shown]
    first = next((row.id for row, closed in zip(shown, words, strict=True) if not closed), None)
    tz = facts.region.tz
    return [
        {
            "value": row.ref,
            "label": f"{row.starts_at.astimezone(tz):%H:%M}–{_end(row.ends_at, tz)}",
            "left": row.left,
            "closed": closed,
            "checked": row.id == first,
        }
        for row, closed in zip(shown, words, strict=True)
    ]


def _end(moment: datetime, tz: Any) -> str:
    local = moment.astimezone(tz)
    return "24:00" if local.time() == time(0) else f"{local:%H:%M}"


def _closed_word(facts: ProductFacts, row: SlotRow, at: datetime) -> str:
    if not row.is_open or facts.shut_on(row.date):
        return _("Closed")
    if row.starts_at <= at:
        return _("Begun")
    return "" if row.left > 0 else _("Sold out")


def _pricer(facts: ProductFacts, refs: Sequence[str], at: datetime) -> Callable[[int], Price]:
    """What so many fen are by the campaigns that everybody gets for these entry times."""
    prices = Prices(facts.region.pk, at=at)
    return partial(prices.of, facts.sold_as, refs, facts.supplier_id, place_id=facts.place_id)


def _fares(
    facts: ProductFacts, row: DayRow | None, price_of: Callable[[int], Price]
) -> list[FareRow]:
    if row is None:
        return []
    return [_fare_row(facts, fare, row, price_of) for fare in facts.prices.fares]


def _together(facts: ProductFacts, row: DayRow | None) -> list[Published]:
    """The family and group prices of the chosen day."""
    if row is None:
        return []
    return published(
        facts.prices.groups_on(row.date, row.day_type),
        fen_by_class=facts.prices.by_class(row.date, row.day_type),
        names={fare.code: say(fare.name) for fare in facts.prices.fares},
    )


def _fare_row(
    facts: ProductFacts, fare: Fare, row: DayRow, price_of: Callable[[int], Price]
) -> FareRow:
    return FareRow(
        field=f"class_{fare.code}",
        name=say(fare.name),
        condition=say(fare.condition),
        price=price_of(facts.prices.price_fen(fare, row.date, row.day_type)),
        needs_proof=fare.needs_proof,
        start_with=1 if fare.code == ADULT else 0,
    )


def _hours_rows(area: ScenicArea) -> list[tuple[str, str]]:
    """When the area is open, season by season, in words."""
    rows = []
    both = areas.hours_by_season(area)
    for season, hours in both:
        label = _("All year") if len(both) == 1 else _season_words(area, season)
        rows.append((label, hours_words(hours) or _("closed")))
    if area.closed_weekdays:
        names = [str(calendars.WEEKDAYS[int(number) - 1]) for number in area.closed_weekdays]
        rows.append((_("Closed on"), ", ".join(names)))
    return rows


def _season_words(area: ScenicArea, season: SeasonName) -> str:
    first, last = area.peak_first_month, area.peak_last_month
    if season is SeasonName.OFF:
        first, last = last % 12 + 1, (first - 2) % 12 + 1
    return f"{_month(first)} – {_month(last)}"


def _month(number: int) -> str:
    # Translators: Django date format of a month alone, as in "Mar".
    return date_format(date(2000, number, 1), pgettext("date format", "M"))


def _cable_row(cable: Cableway, season: SeasonName) -> CableRow:
    is_peak = season is SeasonName.PEAK
    opens = cable.peak_opens if is_peak else cable.off_opens
    closes = cable.peak_closes if is_peak else cable.off_closes
    is_open = opens is not None and closes is not None
    return CableRow(
        name=cable.name,
        route=f"{cable.from_place.name} – {cable.to_place.name}",
        hours=f"{opens:%H:%M}–{closes:%H:%M}" if is_open else "",
        adult_fen=cable.peak_adult_fen if is_peak else cable.off_adult_fen,
        child_fen=cable.peak_child_fen if is_peak else cable.off_child_fen,
        ride_min=cable.ride_min,
        is_open=is_open,
    )
