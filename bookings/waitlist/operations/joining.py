"""Join the list: told at once what stands against it, with one place for each real person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.inventory import queries as counts
from bookings.waitlist.models import Entry, EntryState, Try, Waiter, Wish
from bookings.waitlist.operations.checking import Going, Quote, quote
from bookings.waitlist.operations.lines import line_up
from kernel import seals
from kernel.errors import Refusal
from kernel.naming import say
from kernel.places.models import Region

MOST_WISHES = 12
MOST_ENTRIES = 10


class NotFull(Refusal):
    """There is room: nobody needs to wait."""

    message = _("%(title)s has room for your party now. Please book it.")


class AlreadyWaiting(Refusal):
    """One real person has one place in a list."""

    message = _(
        "%(people)s of your party wait for this day already, in this or another list entry. Each person "
        "has one place; leave the other list first."
    )


class OtherSellers(Refusal):
    """All wishes of an entry are of one seller of this region, so that any of them will do."""

    status = 400
    message = _("Please choose among the times of one place, one to %(most)s of them.")


class TooLow(Refusal):
    """The limit is below what a wish costs today."""

    message = _("It costs up to %(total_fen)s today: your limit must not be lower.")


class WaitNames(Refusal):
    """The seller asks for everybody's name: also those who wait have one."""

    message = _("%(title)s is booked by name: please say who goes.")


class WaitTooMany(Refusal):
    """So many entries of one buyer are no family's."""

    message = _("You are in %(most)s lists already. Please leave one first.")


class _Twice(Exception):
    """Somebody of the party waits already; rolls back the entry."""

    def __init__(self, identities: Sequence[str]) -> None:
        super().__init__()
        self.identities = identities


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Who wants to wait for what. ``refs`` by preference; ``contact`` is a plain phone number."""

    actor: str
    request_key: str
    region: Region
    kind: str
    refs: tuple[str, ...]
    party: tuple[tuple[str, int], ...]
    limit_fen: int
    language: str
    contact: str
    owners: tuple[str, ...] = ()
    pay_by: str = ""
    user_id: int | None = None

    @property
    def going(self) -> Going:
        return Going(self.kind, self.party, self.owners or (self.actor,))


def look(request: JoinRequest, *, at: datetime) -> list[Quote]:
    """What each wish would cost today, by preference.

    :raises Refusal: OtherSellers, WaitNames, NotFull, or the seller's own: somebody of the party holds
        one of that day already, a time is over.
    """
    if not 1 <= len(set(request.refs)) == len(request.refs) <= MOST_WISHES:
        raise OtherSellers(most=MOST_WISHES)
    found = quote([(request.going, ref) for ref in request.refs], at=at)
    quotes = [each for each in found if isinstance(each, Quote)]
    for each in found:
        if isinstance(each, Refusal):
            raise each
    offers = [offer for each in quotes for offer in each.offers]
    suppliers = {(offer.supplier_id, offer.region_id) for offer in offers}
    if len(suppliers) != 1 or offers[0].region_id != request.region.pk:
        raise OtherSellers(most=MOST_WISHES)
    for offer in offers:
        if offer.needs_names and not offer.is_named:
            raise WaitNames(title=say(offer.title))
    _refuse_room(quotes)
    return quotes


def join(request: JoinRequest, *, at: datetime) -> Entry:
    """Take a place in the list; the same request again finds the one that it took.

    :raises Refusal: as ``look``; TooLow; WaitTooMany; AlreadyWaiting, and then the try is noted.
    """
    known = Entry.objects.filter(actor=request.actor, request_key=request.request_key).first()
    if known is not None:
        return known
    quotes = look(request, at=at)
    dearest = max(each.total_fen for each in quotes)
    if request.limit_fen < dearest:
        raise TooLow(field="limit", total_fen=dearest)
    live = Entry.objects.filter(actor=request.actor, state=EntryState.WAITING)
    if live.count() >= MOST_ENTRIES:
        raise WaitTooMany(most=MOST_ENTRIES)
    scopes = _scopes(request, quotes)
    try:
        with transaction.atomic(durable=True):
            return _write(request, quotes, scopes, at)
    except _Twice as twice:
        supplier = quotes[0].offers[0].supplier_id
        _note_tries(request, twice.identities, scopes, supplier, at)
        raise AlreadyWaiting(people=len(set(twice.identities))) from None


def _refuse_room(quotes: Sequence[Quote]) -> None:
    left = counts.left({bucket for each in quotes for bucket in each.demands})
    for each in quotes:
        if all(units <= left.get(bucket, 0) for bucket, units in each.demands.items()):
            raise NotFull(title=say(each.offers[0].title))


def _scopes(request: JoinRequest, quotes: Sequence[Quote]) -> dict[str, list[str]]:
    """Everybody's blind index by scope: a seller's place on a venue-local day."""
    scopes: dict[str, list[str]] = {}
    for each in quotes:
        offer = each.offers[0]
        day = request.region.local_date(offer.starts_at)
        scope = f"{offer.kind}:{offer.place_id or 0}:{offer.supplier_id}:{day:%Y-%m-%d}"
        scopes[scope] = _identities(request, each)
    return scopes


def _identities(request: JoinRequest, each: Quote) -> list[str]:
    """The documents of the party; where nobody is named, the phone that will be told."""
    named = [member.index for member in each.ask.party if member.index]
    return sorted(set(named)) or [f"phone:{seals.index(request.contact, purpose='phone')}"]


def _write(
    request: JoinRequest, quotes: Sequence[Quote], scopes: Mapping[str, Sequence[str]], at: datetime
) -> Entry:
    entry = Entry.objects.create(
        region=request.region,
        organisation_id=quotes[0].offers[0].supplier_id,
        actor=request.actor,
        user_id=request.user_id,
        request_key=request.request_key,
        kind=request.kind,
        party=[list(member) for member in request.party],
        owners=list(request.going.owners),
        size=len(request.party),
        limit_fen=request.limit_fen,
        pay_by=request.pay_by,
        language=request.language,
        contact_sealed=seals.seal(request.contact, purpose="phone"),
        contact_masked=f"{request.contact[:3]}****{request.contact[-4:]}",
        joined_at=at,
    )
    _take_places(entry, scopes)
    wishes = Wish.objects.bulk_create(
        [_wish(entry, position, each) for position, each in enumerate(quotes)]
    )
    wanted = [(wish, each.demands) for wish, each in zip(wishes, quotes, strict=True)]
    in_line = line_up(wanted, at=at)
    for wish in wishes:
        if wish.pk not in in_line:
            raise NotFull(title=say(wish.title))
    return entry


def _wish(entry: Entry, position: int, each: Quote) -> Wish:
    offer = each.offers[0]
    return Wish(
        entry=entry,
        position=position,
        ref=offer.ref,
        title=dict(offer.title),
        subtitle=dict(offer.subtitle),
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        total_fen=each.total_fen,
    )


def _take_places(entry: Entry, scopes: Mapping[str, Sequence[str]]) -> None:
    """One row a person and day, sorted by their unique key.

    :raises _Twice: somebody has one already, whoever took it.
    """
    rows = sorted((scope, who) for scope, people in scopes.items() for who in people)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bookings_waitlist_waiter (entry_id, scope, identity)"
            " SELECT %s, w.* FROM unnest(%s::text[], %s::text[]) AS w(scope, identity)"
            " ON CONFLICT (scope, identity) DO NOTHING RETURNING scope, identity",
            [entry.pk, [scope for scope, _who in rows], [who for _scope, who in rows]],
        )
        taken = set(cursor.fetchall())
    if len(taken) < len(rows):
        raise _Twice([who for scope, who in rows if (scope, who) not in taken])


def _note_tries(
    request: JoinRequest,
    identities: Sequence[str],
    scopes: Mapping[str, Sequence[str]],
    supplier_id: int,
    at: datetime,
) -> None:
    """Count the try in the risk list, for each of those who wait already."""
    doubles = set(identities)
    for scope, who in sorted((s, who) for s, people in scopes.items() for who in people):
        is_double = who in doubles and Waiter.objects.filter(scope=scope, identity=who).exists()
        if is_double:
            _count_try(scope, who, request.actor, supplier_id, at)


def _count_try(scope: str, identity: str, actor: str, supplier_id: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Try._meta.db_table} AS t"  # noqa: S608 - a constant
            " (scope, identity, actor, organisation_id, times, first_at, last_at)"
            " VALUES (%s, %s, %s, %s, 1, %s, %s)"
            " ON CONFLICT (scope, identity, actor)"
            " DO UPDATE SET times = t.times + 1, last_at = EXCLUDED.last_at",
            [scope, identity, actor, supplier_id, at, at],
        )
