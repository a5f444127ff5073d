"""Fields of the back office that ask as people write, and clean to what the tables store.

A sum is asked in yuan and stored in fen, a share in percent and stored in thousandths; weekdays are
ticked, a refund ladder and the members of a set have a number each. The stored texts stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.template import loader
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextInputWidget

from kernel.money import parse_yuan, yuan

Words = str | Promise
MOST_FEN = 1_000_000_000
WHOLE = 1000
_PERCENT = re.compile(r"([0-9]{1,4})(?:\.([0-9]))?", re.ASCII)
_HOURS = re.compile(r"-?[0-9]{1,4}", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?", re.ASCII)
_MINUTES = re.compile(r"(-?)([0-9]{1,4})(?::([0-5][0-9]))?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,2}", re.ASCII)
_LEAST_RUNGS = 3
_ANY_DAY = "1234567"


class _Written(forms.Field):
    """A whole number of the table, written in a larger unit."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}))
        super().__init__(**kwargs)
        self.most = most

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, int):
            return value
        if value in self.empty_values:
            return None
        try:
            number = self.read(str(value).strip())
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if number > self.most:
            words = _("At most %(most)s.")
            raise ValidationError(words, code="most", params={"most": self.show(self.most)})
        return number

    def prepare_value(self, value: Any) -> Any:
        return self.show(value) if isinstance(value, int) else value

    def read(self, text: str) -> int:
        """:raises ValueError: the text is no such number."""
        raise NotImplementedError

    def show(self, number: int) -> str:
        """The number as it is written."""
        raise NotImplementedError


class YuanField(_Written):
    """A sum, asked in yuan: "190.5" cleans to 19050 fen."""

    default_error_messages: ClassVar[Any] = {
        "invalid": _("Please give a sum in yuan, such as 190 or 190.50.")
    }

    def __init__(self, *, most: int = MOST_FEN, **kwargs: Any) -> None:
        super().__init__(most=most, **kwargs)

    def read(self, text: str) -> int:
        return parse_yuan(text)

    def show(self, number: int) -> str:
        return yuan(number)


class ClockField(_Written):
    """A time of a service day, which may pass midnight: "25:10" cleans to 90600 seconds."""

    default_error_messages: ClassVar[Any] = {
        "invalid": _("Please give a time such as 06:30, or 25:10 for ten past one of the next day.")
    }

    def read(self, text: str) -> int:
        hours, minutes, seconds = _matched(_CLOCK, text)
        return int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)

    def show(self, number: int) -> str:
        hours, seconds = divmod(number, 3600)
        return f"{hours:02}:{seconds // 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")


class MinutesField(_Written):
    """A span of time in minutes, or minutes and seconds: "18:30" cleans to 1110 seconds."""

    default_error_messages: ClassVar[Any] = {
        "invalid": _("Please give minutes such as 18, or 18:30 with seconds.")
    }

    def read(self, text: str) -> int:
        sign, minutes, seconds = _matched(_MINUTES, text)
        span = int(minutes) * 60 + int(seconds or 0)
        return -span if sign else span

    def show(self, number: int) -> str:
        minutes, seconds = divmod(abs(number), 60)
        return ("-" if number < 0 else "") + f"{minutes}" + (f":{seconds:02}" if seconds else "")


def _matched(pattern: re.Pattern[str], text: str) -> tuple[Any, ...]:
    """The groups of a text that is written so. :raises ValueError: it is not."""
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found.groups()


class PercentField(_Written):
    """A share, asked in percent with one decimal at most: "12.5" cleans to 125 thousandths."""

    default_error_messages: ClassVar[Any] = {
        "invalid": _("Please give percent, such as 50 or 12.5.")
    }

    def __init__(self, *, most: int = WHOLE, **kwargs: Any) -> None:
        super().__init__(most=most, **kwargs)

    def read(self, text: str) -> int:
        return parse_percent(text)

    def show(self, number: int) -> str:
        return percent(number)


def parse_percent(text: str) -> int:
    """Thousandths from text like "50" or "12.5".

    :raises ValueError: it is anything else.
    """
    found = _PERCENT.fullmatch(text)
    if found is None:
        raise ValueError("not a number of percent")
    return int(found[1]) * 10 + int(found[2] or 0)


def percent(permille: int) -> str:
    """Thousandths as percent: 1000 is "100", 125 is "12.5"."""
    whole, rest = divmod(permille, 10)
    return f"{whole}.{rest}" if rest else f"{whole}"


class _Drawn:
    """A widget of several inputs, drawn by one of the site's own templates."""

    template_name: str
    use_fieldset = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)  # type: ignore[attr-defined]
        group = {k: v for k, v in context["widget"]["attrs"].items() if k != "required"}
        more = {"group": flatatt(group), "input_classes": " ".join(INPUT_CLASSES)}
        return loader.render_to_string(self.template_name, context | more)

    def id_for_label(self, _id: str, index: Any = None) -> str:
        return ""


class _Weekdays(_Drawn, forms.CheckboxSelectMultiple):
    template_name = "kernel_web/fields/weekdays.html"
    option_inherits_attrs = False

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return forms.CheckboxSelectMultiple.id_for_label(self, id_, index)


class WeekdaysField(forms.MultipleChoiceField):
    """Weekdays to tick, all at first; cleans to their numbers, Monday first: "67" is the weekend."""

    widget = _Weekdays

    def __init__(self, **kwargs: Any) -> None:
        days = [(str(number + 1), name) for number, name in sorted(WEEKDAYS_ABBR.items())]
        super().__init__(choices=days, **{"initial": _ANY_DAY, **kwargs})

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {"aria-label": self.label}

    def prepare_value(self, value: Any) -> list[str]:
        return [*(value or ())]

    def clean(self, value: Any) -> str:
        return "".join(sorted(set(super().clean(value))))


class _Ladder(_Drawn, forms.Widget):
    """Rows of hours and percent: those there are, and one more."""

    template_name = "kernel_web/fields/ladder.html"
    start: Words = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        rows = [*(value or ())]
        rows += [("", "")] * max(1, _LEAST_RUNGS - len(rows))
        return {**super().get_context(name, None, attrs), "rows": rows, "start": self.start}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        hours, shares = (_all(data, f"{name}_{part}") for part in ("hours", "percent"))
        rows = zip(map(str.strip, hours), map(str.strip, shares), strict=False)
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_hours" not in data


def _all(data: Any, name: str) -> list[str]:
    """Every value that was sent under a name."""
    found: list[str] = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
    return found


class LadderField(forms.Field):
    """A refund ladder: until so many hours before ``start``, so many percent come back.

    Cleans to rungs of hours and thousandths, the earliest first: "48:1000 0:500".
    """

    widget = _Ladder
    default_error_messages: ClassVar[Any] = {
        "invalid": _("Please give hours and percent in each row: 24 and 50, for example."),
        "twice": _("The same hours stand in two rows."),
    }

    def __init__(self, *, start: Words, hours: range, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hours, self.widget.start = hours, start

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {"aria-label": self.label}

    def prepare_value(self, value: Any) -> Sequence[tuple[str, str]]:
        if not isinstance(value, str):
            return value or ()
        rungs = (rung.partition(":") for rung in value.split())
        return [(hours, percent(int(permille))) for hours, _colon, permille in rungs]

    def to_python(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        rungs = [self._rung(*row) for row in value or ()]
        if len(dict(rungs)) < len(rungs):
            raise ValidationError(self.error_messages["twice"], code="twice")
        return " ".join(f"{hours}:{permille}" for hours, permille in sorted(rungs, reverse=True))

    def _rung(self, hours: str, share: str) -> tuple[int, int]:
        try:
            permille = parse_percent(share)
            if not _HOURS.fullmatch(hours) or int(hours) not in self.hours or permille > WHOLE:
                raise ValueError("out of range")
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return int(hours), permille


class _Members(_Drawn, forms.Widget):
    template_name = "kernel_web/fields/members.html"
    classes: Mapping[str, Words]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        typed = dict(value or ())
        rows = [(code, words, typed.get(code, "")) for code, words in self.classes.items()]
        return {**super().get_context(name, None, attrs), "rows": rows}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        typed = ((code, data.get(f"{name}_{code}", "").strip()) for code in self.classes)
        return [(code, text) for code, text in typed if text]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return all(f"{name}_{code}" not in data for code in self.classes)


class MembersField(forms.Field):
    """Who makes a set: a number for each class. Cleans to "adult:2 minor_half:1"."""

    widget = _Members
    default_error_messages: ClassVar[Any] = {
        "invalid": _("Please give whole numbers of people, up to 99.")
    }

    def __init__(self, *, classes: Mapping[str, Words] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.offer(classes or {})

    def offer(self, classes: Mapping[str, Words]) -> None:
        """The classes that there are, with their names."""
        self.widget.classes = classes

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {"aria-label": self.label}

    def prepare_value(self, value: Any) -> Sequence[tuple[str, str]]:
        if not isinstance(value, str):
            return value or ()
        pairs = (pair.partition(":") for pair in value.split())
        return [(code, number) for code, _colon, number in pairs]

    def to_python(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if not all(_COUNT.fullmatch(text) for _code, text in value or ()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        counts = ((code, int(text)) for code, text in value or ())
        return " ".join(f"{code}:{number}" for code, number in counts if number)
