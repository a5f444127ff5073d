"""The few words all templates share: money, times at a place, icons, refusals."""

from datetime import date, datetime, tzinfo
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel import clock, moments
from kernel.errors import Refusal
from kernel.money import Money, yuan
from kernel.places import live as live_lines

register = template.Library()

SIGNS = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£"}


@register.filter
def money(amount: int | Money | str | None) -> str:
    """Fen (or Money) as a price: 19000 is "¥190", 419650 is "¥4,196.50". Nothing for nothing."""
    if amount is None or isinstance(amount, str):
        return ""
    fen, currency = (amount.fen, amount.currency) if isinstance(amount, Money) else (amount, "CNY")
    units, point, rest = yuan(abs(fen)).partition(".")
    sign = "−" if fen < 0 else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{int(units):,}{point}{rest}"


@register.filter
def at_place(moment: datetime | None, zone: str | tzinfo) -> str:
    """A moment on the clock of a place: "09:30" today, "Sat 24 Oct 09:30" on another day."""
    return "" if moment is None else moments.moment_words(_local(moment, zone))


@register.filter
def time_at(moment: datetime | None, zone: str | tzinfo) -> str:
    """Only the time at a place, for rows that stand below their day: "09:30"."""
    return "" if moment is None else moments.time_words(_local(moment, zone))


@register.filter
def day_at(moment: datetime | None, zone: str | tzinfo) -> str:
    """Only the day at a place: "Sat 24 Oct"."""
    return "" if moment is None else moments.day_words(_local(moment, zone).date())


@register.filter
def day(value: date | None) -> str:
    """A day with its weekday; with its year when that is not the present one."""
    return "" if value is None else moments.day_words(value)


@register.filter
def duration(minutes: int | None) -> str:
    """A length of time: 52 is "52 min", 95 is "1 h 35 min"."""
    if minutes is None:
        return ""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return ngettext("%(minutes)s min", "%(minutes)s min", rest) % {"minutes": rest}
    if not rest:
        return ngettext("%(hours)s h", "%(hours)s h", hours) % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


@register.filter
def seconds_left(moment: datetime) -> int:
    """Whole seconds from now until a moment, never below zero."""
    return max(0, int((moment - clock.now()).total_seconds()))


@register.filter
def time_left(moment: datetime) -> str:
    """The same for eyes: "12:38", or "1:02:05" from an hour on."""
    minutes, seconds = divmod(seconds_left(moment), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


@register.simple_tag
def when(moment: datetime, zone: str | tzinfo) -> SafeString:
    """`at_place` inside `<time datetime=…>`."""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), at_place(moment, zone))


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of static/img/icons.svg. Without a label it is decoration, hidden from readers."""
    return _svg(name, str(label), css)


@lru_cache(maxsize=500)
def _svg(name: str, label: str, css: str) -> SafeString:
    """A page has dozens of them, mostly the same."""
    classes = f"q-icon {css}".strip()
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            classes,
            label,
            href,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        classes,
        href,
    )


@register.simple_tag
@cache
def styles() -> SafeString:
    """The links to all style sheets: the same on every page, so made once."""
    return render_to_string("components/_styles.html")


@register.simple_tag
def shown_by(field: BoundField) -> SafeString:
    """The attributes by which a field shows only with some answers of another of its form."""
    asked, answers = getattr(field.form, "shown_by", {}).get(field.name, ("", ""))
    if not asked:
        return SafeString()
    asked_id = field.form[asked].id_for_label
    return format_html(' data-shown-by="{}" data-shown-value="{}"', asked_id, answers)


@register.inclusion_tag("components/_refusal.html")
def refusal_box(refusal: Refusal | None) -> dict[str, Any]:
    """A refusal as an alert; nothing when there is none."""
    return {"refusal": refusal}


def _local(moment: datetime, zone: str | tzinfo) -> datetime:
    if not is_aware(moment):
        raise ValueError("a moment without a zone cannot be shown at a place")
    return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


@register.simple_tag(takes_context=True)
def live(context: template.RequestContext, place_id: int | None) -> SafeString:
    """What holds at a place now, as two lines that a page asks for again (static/js/poll.js).

    One look for all the places of a page.
    """
    if place_id is None:
        return SafeString()
    known = getattr(context.request, "_live", None)
    if known is None:
        known = context.request._live = live_lines.everywhere(at=clock.now())  # type: ignore[attr-defined]
    now = known.get(place_id, live_lines.Now())
    return format_html(
        '<span class="q-live" data-poll="load-{}">{}</span>'
        '<span class="q-live q-live--shut" role="status" data-poll="shut-{}">{}</span>',
        place_id,
        now.load,
        place_id,
        now.shut,
    )
