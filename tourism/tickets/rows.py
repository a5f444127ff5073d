"""Scenic areas as rows of a list, in the active language: components/_row.html reads them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.web import calendars
from kernel.web.templatetags.quanyu import money
from tourism.areas.models import OpeningHours
from tourism.tickets.cards import AreaCard


def area_row(card: AreaCard) -> dict[str, Any]:
    """An area today: title, note, href, word, tone, icon, end, live; fen and was_fen where it costs less."""
    return {
        "title": card.area.name,
        "note": " · ".join(filter(None, (hours_words(card.state.hours), _price_words(card)))),
        "href": reverse("areas:detail", args=[card.area.region.slug, card.area.slug]),
        **_less(card),
        **_state_words(card),
        "end": " · ".join(filter(None, (card.area.level, card.area.get_kind_display()))),
        "live": card.area.place_id,
    }


def hours_words(hours: OpeningHours | None) -> str:
    """Opening hours in words; nothing where it is closed."""
    if hours is None:
        return ""
    return _("All day") if hours.is_always else hours.words


def _price_words(card: AreaCard) -> str:
    if card.price is None:
        return _("free, no booking")
    if card.price.was_fen == 0:
        return _("free with booking")
    if card.price.is_less:
        return _("adult, %(campaigns)s") % {"campaigns": card.price.why}
    return _("adult %(price)s") % {"price": money(card.price.fen)}


def _less(card: AreaCard) -> dict[str, int]:
    """The price of now and the one of before, where campaigns make a difference."""
    if card.price is None or not card.price.is_less:
        return {}
    return {"fen": card.price.fen, "was_fen": card.price.was_fen}


def _state_words(card: AreaCard) -> dict[str, str]:
    """The word, tone and icon of an area today."""
    if not card.state.is_open:
        return {"word": card.state.reason or _("Closed"), "tone": "bad", "icon": "cross"}
    if card.left is None or not card.needs_ticket:
        return {"word": _("Open"), "tone": "good", "icon": "check"}
    if card.left == 0:
        return {"word": _("No more entry today"), "tone": "quiet", "icon": "clock"}
    if card.left < calendars.FEW:
        left = _("%(left)s left today") % {"left": card.left}
        return {"word": left, "tone": "few", "icon": "warn"}
    return {"word": _("Open, tickets today"), "tone": "good", "icon": "check"}
