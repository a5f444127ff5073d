"""Who is not given a free visit just now, and how many visits somebody has missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings.noshows.models import FreeVisit, Rule, State

Pair = tuple[int, str]
"""An organisation, and the blind index of a document."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many visits somebody has missed, of how many, and until when they rest (None: they do not)."""

    missed: int
    most: int
    within_days: int
    rest_days: int
    rests_until: datetime | None = None


def standings(pairs: Collection[Pair], *, at: datetime) -> dict[Pair, Standing]:
    """Per person who has missed something that counts, how they stand. Two statements, one or none."""
    rules = _rules(pairs)
    if not rules:
        return {}
    longest = max(rule.within for rule in rules.values())
    rows = FreeVisit.objects.filter(
        state=State.MISSED,
        organisation__in=rules,
        document_index__in={index for _organisation, index in pairs},
        until__gt=at - longest,
    ).order_by("until")
    missed: dict[Pair, list[datetime]] = defaultdict(list)
    for organisation_id, index, until in rows.values_list(
        "organisation_id", "document_index", "until"
    ):
        if until > at - rules[organisation_id].within:
            missed[organisation_id, index].append(until)
    return {pair: standing_of(rules[pair[0]], missed[pair], at) for pair in pairs if pair in missed}


def rests(pairs: Collection[Pair], *, at: datetime) -> dict[Pair, datetime]:
    """Until when those of these people rest who do."""
    found = standings(pairs, at=at)
    return {pair: one.rests_until for pair, one in found.items() if one.rests_until is not None}


def standing_of(rule: Rule, missed: Sequence[datetime], at: datetime) -> Standing:
    """From the ends of missed visits that count, the oldest first: the last one begins the rest."""
    until = missed[-1] + rule.rest if len(missed) >= rule.most else None
    rests_until = until if until is not None and until > at else None
    return Standing(len(missed), rule.most, rule.within_days, rule.rest_days, rests_until)


def _rules(pairs: Collection[Pair]) -> Mapping[int, Rule]:
    organisations = {organisation for organisation, index in pairs if index}
    if not organisations:
        return {}
    found = Rule.objects.filter(organisation__in=organisations)
    return {rule.organisation_id: rule for rule in found}
