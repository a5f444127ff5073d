"""How many messages wait, for the header of a person's own pages."""

from django import template
from django.template import Context

from accounts.messages import queries

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_messages(context: Context) -> int | None:
    """The number of unread messages; None for who is not signed in.

    A page that is rendered for many has nobody's number: its stand-in has none, and the database is
    not asked.
    """
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return None
    return queries.unread(user.pk) if user.pk is not None else 0
