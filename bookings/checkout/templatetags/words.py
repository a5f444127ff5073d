"""Words of frozen offers in the active language."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django import template
from django.utils.translation import ngettext

from kernel.naming import say
from kernel.web.templatetags.quanyu import at_place

register = template.Library()


@register.filter
def words(mapping: Mapping[str, str]) -> str:
    """The text of {"zh-hans": …, "en": …} in the active language."""
    return say(mapping)


@register.filter
def people_count(number: int) -> str:
    """ "4 people"."""
    return ngettext("%(n)s person", "%(n)s people", number) % {"n": number}


@register.filter
def people(classes: Sequence[str]) -> str:
    """How many people an item is for."""
    return people_count(len(classes))


@register.simple_tag
def at_place_words(moment: datetime, timezone: str) -> str:
    """The day and time of a moment at the place, as a variable for a component."""
    return at_place(moment, timezone)
