"""Close a draw with its list, take in the public value, draw. Each once, whoever else tries.

The result, the winners' places in the waiting list and the open seed are one transaction: who dies
before it commits has done nothing, and who tries again comes to the same winners.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.messages import quiet
from bookings.draws import lot
from bookings.draws.lot import Party, Placed
from bookings.draws.models import Draw, DrawState, Slip
from bookings.draws.operations.opening import SEED
from bookings.inventory import operations as inventory
from bookings.inventory.models import Channel
from bookings.waitlist import operations as waitlist
from kernel import seals
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

DRAWN = "bookings.draws.drawn"
OPENED_AFTER = timedelta(hours=1)
"""So much waking time after everybody has won what is left is sold openly; winners have 20 minutes of it."""
CALLS_FOR = timedelta(hours=3)
"""So much waking time what a winner does not take goes to the next in the order, then to open sale."""


class NotToBeGiven(Refusal):
    """The draw takes no public value, or not now, or has it."""

    message = _("This draw takes no public value now.")


class OtherValue(Refusal):
    """The second person has read another value, or is the first one."""

    message = _("Another person must enter the same value. Compare the source, letter by letter.")


class BrokenSeed(Exception):
    """The seed is not the one whose hash was published: nothing may be drawn with it."""


def carry_on(*, at: datetime) -> int:
    """Close what is over and draw what can be drawn; how many were drawn."""
    due = Draw.objects.filter(
        closes_at__lte=at, state__in=(DrawState.OPEN, DrawState.CLOSED)
    ).order_by("pk")
    drawn = 0
    for draw_id in list(due.values_list("pk", flat=True)):
        close(draw_id=draw_id, at=at)
        drawn += draw(draw_id=draw_id, at=at)
    return drawn


def close(*, draw_id: int, at: datetime) -> bool:
    """Close a draw whose time is over, with the hash of its list; False where there is nothing to do."""
    with transaction.atomic(durable=True):
        row = locked(draw_id)
        if row.state != DrawState.OPEN or row.closes_at > at:
            return False
        row.state, row.closed_at = DrawState.CLOSED, at
        row.list_hash = lot.hash_of(parties_of(row))
        row.save(update_fields=["state", "closed_at", "list_hash"])
        audit.record(
            actor="system", action="draws.closed", subject=row.subject, at=at,
            facts={"list_hash": row.list_hash},
        )  # fmt: skip
    return True


def add_value(*, draw_id: int, value: str, actor: str, at: datetime) -> None:
    """Enter the public value; the second person confirms it by entering the same. Audited.

    :raises NotToBeGiven: it takes none, is not closed yet, or has it. :raises OtherValue: the second is
        the first, or has another value.
    """
    with transaction.atomic(durable=True):
        row = locked(draw_id)
        if not row.mixes_public or row.state != DrawState.CLOSED or row.value_confirmed_by:
            raise NotToBeGiven
        if not row.public_value:
            row.public_value, row.value_by = value, actor
        elif row.public_value != value or row.value_by == actor:
            raise OtherValue(field="value")
        else:
            row.value_confirmed_by = actor
        row.save(update_fields=["public_value", "value_by", "value_confirmed_by"])
        audit.record(
            actor=actor, action="draws.value", subject=row.subject, at=at, facts={"value": value}
        )


def correct_value(*, draw_id: int, value: str, actor: str, at: datetime) -> None:
    """Put another public value in place of one that nobody has confirmed; another person confirms it then.

    Audited, with what it was before.

    :raises NotToBeGiven: there is none, or it is confirmed: then it stands.
    """
    with transaction.atomic(durable=True):
        row = locked(draw_id)
        is_open = row.state == DrawState.CLOSED and not row.value_confirmed_by
        if not is_open or not row.public_value:
            raise NotToBeGiven
        before, row.public_value, row.value_by = row.public_value, value, actor
        row.save(update_fields=["public_value", "value_by"])
        audit.record(
            actor=actor, action="draws.value-corrected", subject=row.subject, at=at,
            facts={"before": before, "value": value},
        )  # fmt: skip


def draw(*, draw_id: int, at: datetime) -> bool:
    """Draw, once; False where it is drawn, is not closed, or its public value is missing.

    :raises BrokenSeed: the seed is not the one that was bound.
    """
    with transaction.atomic(durable=True):
        row = locked(draw_id)
        if row.state != DrawState.CLOSED or (row.mixes_public and not row.value_confirmed_by):
            return False
        seed = seals.unseal(row.seed_sealed, purpose=SEED)
        parties = parties_of(row)
        if lot.sha256(seed) != row.commitment or lot.hash_of(parties) != row.list_hash:
            raise BrokenSeed(row.subject)
        placed = lot.drawn(
            parties, seed=seed, list_hash=row.list_hash, public_value=row.public_value,
            places=row.places,
        )  # fmt: skip
        _write_ranks(row, placed)
        row.state, row.seed, row.drawn_at = DrawState.DRAWN, seed, at
        row.calls_until = min(_waking(row, CALLS_FOR, at), row.starts_at)
        row.save(update_fields=["state", "seed", "drawn_at", "calls_until"])
        serve(row, [one for one in placed if one.has_won], at)
        audit.record(actor="system", action="draws.drawn", subject=row.subject, at=at)
        outbox.record(name=DRAWN, key=f"drawn:{row.pk}", facts={"draw_id": row.pk}, at=at)
    return True


def locked(draw_id: int) -> Draw:
    """A draw, for who is going to change how it stands: one after the other."""
    return Draw.objects.select_for_update(of=("self",)).select_related("region").get(pk=draw_id)


def parties_of(row: Draw) -> list[Party]:
    """Everybody who is in a draw, as its list says."""
    rows = Slip.objects.filter(draw=row).values_list("number", "size")
    return [Party(number, size) for number, size in rows]


def _write_ranks(row: Draw, placed: Sequence[Placed]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bookings_draws_slip AS s SET rank = p.rank"
            " FROM unnest(%s::text[], %s::int[]) AS p(number, rank)"
            " WHERE s.draw_id = %s AND s.number = p.number",
            [[one.number for one in placed], [one.rank for one in placed], row.pk],
        )


def serve(row: Draw, placed: Sequence[Placed], at: datetime) -> None:
    """Places in the waiting list for these winners, in their order. In the caller's transaction.

    What is left is sold openly when the calls are over, or soon where nobody is left to call.
    """
    steps = {one.number: one.step or 0 for one in placed}
    won = list(Slip.objects.filter(draw=row, number__in=steps).order_by("rank"))
    entries = waitlist.serve_drawn([_winner(row, slip) for slip in won], at=at)
    for slip, entry in zip(won, entries, strict=True):
        slip.entry, slip.has_won, slip.step = entry, True, steps[slip.number]
    Slip.objects.bulk_update(won, ["entry", "has_won", "step"])
    waiting = Slip.objects.filter(draw=row, has_won=False).exists()
    opened = _waking(row, OPENED_AFTER, at)
    until = row.calls_until if waiting else opened
    inventory.release(bucket_id=row.bucket_id, channel=Channel.DRAW, release_at=until or opened)


def _waking(row: Draw, length: timedelta, at: datetime) -> datetime:
    return quiet.waking_until(at, length, row.region.timezone, before=row.starts_at)


def _winner(row: Draw, slip: Slip) -> waitlist.Drawn:
    names = (
        "actor", "user_id", "party", "owners", "size", "limit_fen", "pay_by", "language",
        "contact_sealed", "contact_masked",
    )  # fmt: skip
    return waitlist.Drawn(
        key=f"draw:{slip.pk}",
        entry={
            **{name: getattr(slip, name) for name in names},
            "region_id": row.region_id,
            "organisation_id": row.organisation_id,
            "kind": row.kind,
        },
        wish={
            "ref": row.ref,
            "title": row.title,
            "subtitle": row.subtitle,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "total_fen": slip.limit_fen,
        },
        bucket_id=row.share_id,
    )
