"""Reads of the waiting list, split by subject."""

from bookings.waitlist.queries.chances import (
    Seller,
    Wanted,
    chance,
    chance_of_joining,
    chances_alone,
    learnt,
    past_of,
    regions_with_lists,
    sellers,
)
from bookings.waitlist.queries.entries import (
    Passing,
    get,
    lengths,
    of_actors,
    passings,
    rank,
    regions_to_serve,
)
from bookings.waitlist.queries.handovers import (
    handovers_of,
    handovers_over,
    refused_wishes,
    takeable,
)
from bookings.waitlist.queries.lines import (
    MAX_PARTY,
    awaited_by_somebody,
    heads,
    passed_wishes,
    standing,
)

__all__ = (
    "MAX_PARTY",
    "Passing",
    "Seller",
    "Wanted",
    "awaited_by_somebody",
    "chance",
    "chance_of_joining",
    "chances_alone",
    "get",
    "handovers_of",
    "handovers_over",
    "heads",
    "learnt",
    "lengths",
    "of_actors",
    "passed_wishes",
    "passings",
    "past_of",
    "rank",
    "refused_wishes",
    "regions_to_serve",
    "regions_with_lists",
    "sellers",
    "standing",
    "takeable",
)
