"""Reads of invoices and titles."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.invoices.models import Title
from kernel.errors import NotFound


class TitleNotFound(NotFound):
    """No such title, or somebody else's: the same answer for both."""

    code = "title_not_found"
    message = _("There is no such invoice title.")


def titles_of(actors: Collection[str]) -> QuerySet[Title]:
    """A person's titles, the one taken by default first, then the newest."""
    return Title.objects.filter(actor__in=actors).order_by("-is_default", "-changed_at", "-pk")


def title(title_id: int, *, actors: Collection[str]) -> Title:
    """One of a person's titles. :raises TitleNotFound: none of theirs."""
    found = titles_of(actors).filter(pk=title_id).first()
    if found is None:
        raise TitleNotFound
    return found
