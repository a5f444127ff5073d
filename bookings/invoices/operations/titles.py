"""Titles are kept, changed, made the default and removed by the person they belong to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.invoices import queries, titles
from bookings.invoices.models import Title
from bookings.invoices.titles import TitleFacts
from kernel.errors import Refusal

MOST = 20


class EnoughTitles(Refusal):
    """Nobody needs so many."""

    code = "enough_titles"
    message = _("You have saved %(most)s titles already. Remove one first.")


def keep(*, actor: str, facts: TitleFacts, at: datetime) -> Title:
    """Save a title; the first one is taken by default. The same again is the one that is there.

    :raises EnoughTitles: MOST are saved.
    """
    with transaction.atomic():
        mine = list(Title.objects.filter(actor=actor).select_for_update(no_key=True))
        if same := next((each for each in mine if each.facts == facts), None):
            return same
        if len(mine) >= MOST:
            raise EnoughTitles(most=MOST)
        made = Title.objects.create(
            actor=actor, kind=facts.kind, sealed=titles.seal(facts), changed_at=at
        )
        if not mine:
            make_default(title_id=made.pk, actors=[actor])
        return made


def change(*, title_id: int, actors: Collection[str], facts: TitleFacts, at: datetime) -> None:
    """Another content for one of one's own; invoices that were asked for keep theirs.

    :raises TitleNotFound: none of these people's.
    """
    found = queries.title(title_id, actors=actors)
    Title.objects.filter(pk=found.pk).update(
        kind=facts.kind, sealed=titles.seal(facts), changed_at=at
    )


def make_default(*, title_id: int, actors: Collection[str]) -> None:
    """Take this one from now on. :raises TitleNotFound: none of these people's."""
    found = queries.title(title_id, actors=actors)
    with transaction.atomic():
        others = Title.objects.filter(actor=found.actor).order_by("pk")
        list(others.select_for_update(no_key=True))
        others.filter(is_default=True).exclude(pk=found.pk).update(is_default=False)
        Title.objects.filter(pk=found.pk).update(is_default=True)


def forget(*, title_id: int, actors: Collection[str]) -> None:
    """Remove one of one's own. :raises TitleNotFound: none of these people's."""
    Title.objects.filter(pk=queries.title(title_id, actors=actors).pk).delete()


def take_over(*, source: str, target: str) -> None:
    """What a guest has saved belongs to the person who has signed in; theirs stays the default.

    Runs in the outbox's transaction.
    """
    Title.objects.filter(actor=source).update(actor=target, is_default=False)
