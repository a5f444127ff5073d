"""Reads of draws: which are open, how one ended, what somebody's own slips are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.travellers import queries as travellers
from bookings import registry
from bookings.contracts import Listing
from bookings.draws.models import OPEN_SEED, Draw, DrawState, Slip
from bookings.waitlist.models import EntryState
from kernel.errors import NotFound


def of_region(region_id: int) -> QuerySet[Draw]:
    """The draws of a region, the next to close first."""
    return Draw.objects.filter(region=region_id).select_related("region").order_by("-closes_at")


def open_at(place_id: int, *, at: datetime) -> QuerySet[Draw]:
    """The draws that one can enter for something at a place."""
    rows = Draw.objects.filter(place_id=place_id, state=DrawState.OPEN, closes_at__gt=at)
    return rows.select_related("region").order_by("closes_at", "pk")


def get(draw_id: int) -> Draw:
    """A draw of an open region. :raises NotFound: there is none."""
    row = Draw.objects.filter(pk=draw_id, region__is_open=True).select_related("region").first()
    if row is None:
        raise NotFound
    return row


def drawable(region_id: int, *, day: date, organisation_ids: Collection[int]) -> list[Listing]:
    """What these organisations sell in a region on a day and nobody draws yet, by its beginning."""
    found = [
        listing
        for seller in registry.list_all()
        for listing in seller.browse(region_id=region_id, supplier_id=None, first=day, last=day)
        if listing.supplier_id in organisation_ids
    ]
    known = set(Draw.objects.filter(region=region_id).values_list("kind", "ref"))
    free = [one for one in found if (one.kind, one.ref) not in known]
    return sorted(free, key=lambda one: (one.starts_at, one.kind, one.ref))


def slips_of(draw: Draw, actors: Collection[str]) -> list[Slip]:
    """A person's own slips in a draw."""
    return list(draw.slips.filter(actor__in=actors).select_related("entry").order_by("pk"))


def get_slip(slip_id: int, *, draw: Draw, actors: Collection[str]) -> Slip:
    """One of a person's own slips. :raises NotFound: there is none, or it is somebody else's."""
    row = draw.slips.filter(pk=slip_id, actor__in=actors).select_related("draw").first()
    if row is None:
        raise NotFound
    return row


def published(draw: Draw) -> dict[str, Any]:
    """Everything that is public of a draw now, for the page and the download.

    The list from closing on; the seed, the ranks and who won only when it is drawn; then also whose places
    were not taken, one after the other. Of one that was called off the list and the seed, and why.
    """
    found: dict[str, Any] = {
        "draw": draw.pk,
        "places": draw.places,
        "closes_at": draw.closes_at.isoformat(),
        "commitment": draw.commitment,
        "mixes_public": draw.mixes_public,
    }
    if draw.state == DrawState.OPEN:
        return found
    found |= {"list_hash": draw.list_hash, "public_value": _value(draw)}
    if draw.state in OPEN_SEED:
        found |= {"seed": draw.seed}
    if draw.state == DrawState.OFF:
        found |= {"called_off": draw.off_reason}
    if draw.state != DrawState.DRAWN:
        rows = draw.slips.order_by("number")
        entries = [{"number": slip.number, "size": slip.size} for slip in rows]
        return {**found, "entries": entries}
    not_taken = draw.vacancies.order_by("number").values_list("slip__number", flat=True)
    entries = [
        {
            "number": slip.number,
            "size": slip.size,
            "rank": slip.rank,
            "won": slip.has_won,
            "step": slip.step if slip.has_won else None,
        }
        for slip in draw.slips.order_by("rank", "number")
    ]
    return {**found, "not_taken": list(not_taken), "entries": entries}


def _value(draw: Draw) -> str:
    """The public value once two people have entered it."""
    return draw.public_value if draw.value_confirmed_by else ""


def held_by(traveller_ids: Collection[int], at: datetime) -> str:
    """The draw that one of these travellers is in, or has won and not been served; empty for none.

    Who becomes another person meanwhile would carry a chance, or a win, to them.
    """
    owners = travellers.owners_of(traveller_ids)
    waiting = Q(draw__state__in=(DrawState.OPEN, DrawState.CLOSED))
    won = Q(entry__state__in=(EntryState.SERVING, EntryState.WAITING))
    next_one = Q(draw__state=DrawState.DRAWN, has_won=False, draw__calls_until__gt=at)
    rows = Slip.objects.filter(waiting | won | next_one, actor__in=owners)
    for slip in rows.select_related("draw__region").order_by("pk"):
        if {traveller_id for _code, traveller_id in slip.party} & set(traveller_ids):
            return f"{slip.draw} · {slip.draw.starts_at.astimezone(slip.draw.region.tz):%Y-%m-%d}"
    return ""
