"""Enter a draw, once a real person; leave it again while it is open."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.draws.models import Draw, DrawState, Entrant, Slip
from bookings.inventory.models import Channel
from bookings.waitlist.operations.checking import Going, Quote, quote
from kernel import seals
from kernel.errors import Refusal
from kernel.naming import say

_NUMBER_BYTES = 8


class DrawClosed(Refusal):
    """Nobody can enter or leave any more."""

    message = _("This draw is closed. Its page says how it ended, or when it is drawn.")


class AlreadyIn(Refusal):
    """One real person is in a draw once."""

    message = _(
        "%(people)s of your party are in this draw already. Each person can enter once, in one party."
    )


class TooLarge(Refusal):
    """A party that could never win."""

    message = _("Only %(places)s places are drawn, fewer than your party.")


class DrawNames(Refusal):
    """The seller asks for everybody's name."""

    message = _("%(title)s is booked by name: please say who goes.")


class PhoneUnproven(Refusal):
    """Nobody is named, and who enters has not shown whose phone it is."""

    message = _(
        "Please sign in with your phone first. Nobody is named here, so your number stands for you,"
        " and each number enters once."
    )


class _Twice(Exception):
    """Somebody is in it already; rolls back the slip."""

    def __init__(self, people: int) -> None:
        super().__init__()
        self.people = people


@dataclass(frozen=True, slots=True)
class EnterRequest:
    """Who wants to be drawn. ``contact`` is a plain phone number; money in fen.

    ``phone_index`` is the blind index of the phone with which who asks has signed in; empty: none.
    """

    actor: str
    request_key: str
    party: tuple[tuple[str, int], ...]
    limit_fen: int
    language: str
    contact: str
    owners: tuple[str, ...] = ()
    pay_by: str = ""
    user_id: int | None = None
    phone_index: str = ""


def look(draw: Draw, request: EnterRequest, *, at: datetime) -> Quote:
    """What the party would pay today.

    :raises Refusal: DrawClosed, TooLarge, DrawNames, PhoneUnproven, or the seller's own: somebody holds one
        already.
    """
    if draw.state != DrawState.OPEN or draw.closes_at <= at:
        raise DrawClosed
    if len(request.party) > draw.places:
        raise TooLarge(places=draw.places)
    going = Going(draw.kind, request.party, request.owners or (request.actor,), Channel.DRAW)
    [found] = quote([(going, draw.ref)], at=at)
    if isinstance(found, Refusal):
        raise found
    for offer in found.offers:
        if offer.needs_names and not offer.is_named:
            raise DrawNames(title=say(offer.title))
    if not _documents(found) and not request.phone_index:
        raise PhoneUnproven
    return found


def enter(draw: Draw, request: EnterRequest, *, at: datetime) -> Slip:
    """Put a party into a draw; the same request again finds the same slip.

    :raises Refusal: as ``look``, or AlreadyIn; nothing is written.
    """
    known = Slip.objects.filter(
        draw=draw, actor=request.actor, request_key=request.request_key
    ).first()
    if known is not None:
        return known
    found = look(draw, request, at=at)
    try:
        with transaction.atomic(durable=True):
            _stay_open(draw, at)
            slip = _write(draw, request, found, at)
            _enter_people(slip, _identities(request, found))
    except _Twice as twice:
        raise AlreadyIn(people=twice.people) from None
    return slip


def leave(*, slip: Slip, at: datetime) -> None:
    """Take a party out again.

    :raises DrawClosed: the list is made.
    """
    with transaction.atomic(durable=True):
        _stay_open(slip.draw, at)
        Entrant.objects.filter(slip=slip).delete()
        Slip.objects.filter(pk=slip.pk).delete()


def _stay_open(draw: Draw, at: datetime) -> None:
    """The draw is open until this commits: closing waits for it. Many may hold it at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM bookings_draws_draw WHERE id = %s AND state = 'OPEN' AND closes_at > %s"
            " FOR SHARE",
            [draw.pk, at],
        )
        if cursor.fetchone() is None:
            raise DrawClosed


def _identities(request: EnterRequest, found: Quote) -> list[str]:
    """The documents of the party; where nobody is named, the phone that is shown to be somebody's own.

    A number that was only typed would let one person enter as often as they think of numbers.
    """
    return _documents(found) or [f"phone:{request.phone_index}"]


def _documents(found: Quote) -> list[str]:
    return sorted({member.index for member in found.ask.party if member.index})


def _write(draw: Draw, request: EnterRequest, found: Quote, at: datetime) -> Slip:
    return Slip.objects.create(
        draw=draw,
        number=secrets.token_hex(_NUMBER_BYTES),
        actor=request.actor,
        user_id=request.user_id,
        request_key=request.request_key,
        party=[list(member) for member in request.party],
        owners=list(request.owners or (request.actor,)),
        size=len(request.party),
        limit_fen=max(request.limit_fen, found.total_fen),
        pay_by=request.pay_by,
        language=request.language,
        contact_sealed=seals.seal(request.contact, purpose="phone"),
        contact_masked=f"{request.contact[:3]}****{request.contact[-4:]}",
        entered_at=at,
    )


def _enter_people(slip: Slip, identities: Sequence[str]) -> None:
    """One row a person, sorted by their unique key. :raises _Twice: somebody is in it already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bookings_draws_entrant (slip_id, draw_id, identity)"
            " SELECT %s, %s, who FROM unnest(%s::text[]) AS who"
            " ON CONFLICT (draw_id, identity) DO NOTHING RETURNING identity",
            [slip.pk, slip.draw_id, sorted(identities)],
        )
        entered = cursor.rowcount
    if entered < len(identities):
        raise _Twice(len(identities) - entered)
