"""The types of cells of the GTFS reference: how each is read, doubted and written.

Source: gtfs.org/documentation/schedule/reference, "Field Types". A kind is told apart from its
Python type by ``Annotated``, so that a dataclass of a row is also the description of its file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# A database's integer: nothing in a timetable counts further.
MOST_WHOLE = 2**31 - 1
# Names are indexed; no feed known to us has one of more than a hundred characters.
MOST_ID = 255

_BREAK = re.compile(r"[\t\n\r]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_FLOAT = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
_TIME = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])", re.ASCII)
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Unreadable(Exception):
    """A cell does not hold a value of its kind."""

    def __init__(self, message: str | Promise, **facts: Any) -> None:
        super().__init__()
        self.message = message
        self.facts = facts


class Kind:
    """One type of cell."""

    def read(self, cell: str) -> Any:
        """The value of a stripped cell that is not empty. :raises Unreadable:"""
        raise NotImplementedError

    def doubt(self, value: Any) -> str | Promise:
        """What is odd about a value that is kept all the same, or nothing."""
        return ""

    def write(self, value: Any) -> str:
        """The cell from which `read` makes the same value again."""
        return str(value)


class TextKind(Kind):
    """Text for people. Line ends in it are against the reference; they are kept and noted."""

    def read(self, cell: str) -> str:
        if _CONTROL.search(cell):
            raise Unreadable(_("has control characters in it"))
        if "\ufffd" in cell:
            raise Unreadable(_("has characters in it that were lost when the file was made"))
        return cell

    def doubt(self, value: str) -> str | Promise:
        return _("has a line end or a tab in it") if _BREAK.search(value) else ""


class IdKind(TextKind):
    """The name of a row, for other rows."""

    def read(self, cell: str) -> str:
        if len(cell) > MOST_ID:
            raise Unreadable(_("is longer than %(most)s characters"), most=MOST_ID)
        return super().read(cell)


@dataclass(frozen=True, eq=False)
class RefKind(TextKind):
    """The name of a row of another file; ``targets`` are "file.column", one of which has it."""

    targets: tuple[str, ...]


class UrlKind(TextKind):
    """A web address; it becomes a link, so no other scheme than http and https goes in."""

    def read(self, cell: str) -> str:
        text = super().read(cell)
        if not text.lower().startswith(("http://", "https://")) and ":" in text:
            raise Unreadable(_("“%(value)s” is not a web address"), value=cell)
        return text

    def doubt(self, value: str) -> str | Promise:
        if not value.lower().startswith(("http://", "https://")):
            return _("is a web address without http:// or https://")
        return super().doubt(value)


@dataclass(frozen=True, eq=False)
class ShapedKind(TextKind):
    """Text of a certain shape; another shape is an oddity."""

    shape: re.Pattern[str]
    oddity: str | Promise

    def doubt(self, value: str) -> str | Promise:
        return "" if self.shape.fullmatch(value) else self.oddity


@dataclass(frozen=True, eq=False)
class CodeKind(Kind):
    """Text of a certain shape; another shape is unreadable."""

    shape: re.Pattern[str]
    refusal: str | Promise

    def read(self, cell: str) -> str:
        if not self.shape.fullmatch(cell):
            raise Unreadable(self.refusal, value=cell)
        return cell


class ZoneKind(Kind):
    """The name of a time zone that the tz database knows."""

    def read(self, cell: str) -> str:
        try:
            if _ZONE.fullmatch(cell):
                return ZoneInfo(cell).key
        except (KeyError, ValueError, OSError):
            pass
        raise Unreadable(_("“%(value)s” is not a time zone like Asia/Shanghai"), value=cell)


class DayKind(Kind):
    """A service day, written YYYYMMDD."""

    def read(self, cell: str) -> date:
        found = _DAY.fullmatch(cell)
        try:
            if found:
                return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
        raise Unreadable(_("“%(value)s” is not a day like 20261001"), value=cell)

    def write(self, value: date) -> str:
        return f"{value.year:04}{value.month:02}{value.day:02}"


class TimeKind(Kind):
    """Seconds after noon minus twelve hours of the service day, written H:MM:SS or HH:MM:SS."""

    def read(self, cell: str) -> int:
        found = _TIME.fullmatch(cell)
        if not found:
            raise Unreadable(_("“%(value)s” is not a time like 06:30:00"), value=cell)
        return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])

    def write(self, value: int) -> str:
        return f"{value // 3600:02}:{value // 60 % 60:02}:{value % 60:02}"


@dataclass(frozen=True, eq=False)
class WholeKind(Kind):
    """A whole number between ``least`` and ``most``."""

    least: int = 0
    most: int = MOST_WHOLE

    def read(self, cell: str) -> int:
        if not _WHOLE.fullmatch(cell):
            raise Unreadable(_("“%(value)s” is not a whole number"), value=cell)
        value = int(cell)
        if not self.least <= value <= self.most:
            raise _out_of_range(cell, self.least, self.most)
        return value


@dataclass(frozen=True, eq=False)
class NonZeroKind(WholeKind):
    """A whole number that is not nought."""

    def read(self, cell: str) -> int:
        value = super().read(cell)
        if not value:
            raise Unreadable(_("must not be 0"))
        return value


@dataclass(frozen=True, eq=False)
class FloatKind(Kind):
    """A number between ``least`` and ``most``, finite."""

    least: float = -math.inf
    most: float = math.inf

    def read(self, cell: str) -> float:
        value = float(cell) if _FLOAT.fullmatch(cell) else math.nan
        if not math.isfinite(value):
            raise Unreadable(_("“%(value)s” is not a number"), value=cell)
        if not self.least <= value <= self.most:
            raise _out_of_range(cell, self.least, self.most)
        return value

    def write(self, value: float) -> str:
        text = repr(value)
        # The reference knows no exponents; the digits are those of the shortest form.
        return format(Decimal(text), "f") if "e" in text else text


@dataclass(frozen=True, eq=False)
class MoneyKind(Kind):
    """An amount in the unit of its currency: its decimals are kept as they are written."""

    least: int = 0

    def read(self, cell: str) -> Decimal:
        if not _DECIMAL.fullmatch(cell):
            raise Unreadable(_("“%(value)s” is not an amount of money"), value=cell)
        value = Decimal(cell)
        if value < self.least:
            raise Unreadable(_("must not be less than %(least)s"), least=self.least)
        return value

    def write(self, value: Decimal) -> str:
        return format(value, "f")


@dataclass(frozen=True, eq=False)
class ChoiceKind(WholeKind):
    """One of a few numbers. What decides when something runs or is sold must be known; a number
    of another ``kept`` enumeration, which later editions of the reference lengthen, is noted."""

    choices: Collection[int] = ()
    kept: bool = False

    def read(self, cell: str) -> int:
        value = super().read(cell)
        if value not in self.choices and not self.kept:
            raise Unreadable(
                _("“%(value)s” is not one of: %(allowed)s"), value=cell, allowed=self._allowed()
            )
        return value

    def doubt(self, value: int) -> str | Promise:
        return "" if value in self.choices else _("is a number that the reference does not have")

    def _allowed(self) -> str:
        return ", ".join(map(str, self.choices))


def _out_of_range(cell: str, least: float, most: float) -> Unreadable:
    if math.isinf(most):
        return Unreadable(_("must not be less than %(least)s"), least=least)
    return Unreadable(
        _("%(value)s is not between %(least)s and %(most)s"), value=cell, least=least, most=most
    )


Text = Annotated[str, TextKind()]
Id = Annotated[str, IdKind()]
Url = Annotated[str, UrlKind()]
Email = Annotated[str, ShapedKind(_EMAIL, _("is not an e-mail address"))]
Language = Annotated[str, ShapedKind(_LANGUAGE, _("is not a language code like zh-Hans"))]
Zone = Annotated[str, ZoneKind()]
Colour = Annotated[str, CodeKind(_COLOUR, _("“%(value)s” is not a colour like 0039A6"))]
Currency = Annotated[str, CodeKind(_CURRENCY, _("“%(value)s” is not a currency code like CNY"))]
Day = Annotated[date, DayKind()]
Time = Annotated[int, TimeKind()]
Count = Annotated[int, WholeKind()]
Positive = Annotated[int, WholeKind(least=1)]
NonZero = Annotated[int, NonZeroKind(least=-MOST_WHOLE)]
Latitude = Annotated[float, FloatKind(least=-90, most=90)]
Longitude = Annotated[float, FloatKind(least=-180, most=180)]
Number = Annotated[float, FloatKind()]
Length = Annotated[float, FloatKind(least=0)]
Price = Annotated[Decimal, MoneyKind()]
Amount = Annotated[Decimal, MoneyKind(least=-(10**15))]
YesNo = Annotated[int, ChoiceKind(choices=(0, 1))]
Ability = Annotated[int, ChoiceKind(choices=(0, 1, 2), kept=True)]
Handling = Annotated[int, ChoiceKind(choices=(0, 1, 2, 3))]

AgencyRef = Annotated[str, RefKind(("agency.agency_id",))]
StopRef = Annotated[str, RefKind(("stops.stop_id",))]
RouteRef = Annotated[str, RefKind(("routes.route_id",))]
TripRef = Annotated[str, RefKind(("trips.trip_id",))]
ServiceRef = Annotated[str, RefKind(("calendar.service_id", "calendar_dates.service_id"))]
