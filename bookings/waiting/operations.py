"""The line before an announced sale: join, be called, come in, order once.

Everything that decides is in PostgreSQL: numbers are given under the sale's row lock, a pass is used
by one guarded statement. What joins together in one process is written together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.waiting import queries
from bookings.waiting.fairness import Pace, call
from bookings.waiting.models import Sale, Turn
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.grouping import Grouping
from kernel.postgres.prepared import Prepared

RESERVED_FOR = timedelta(seconds=60)
"""An order that has not come back by then was lost with its process: the pass may be used again."""

_MOST_TOGETHER = 256


class NoLine(Refusal):
    message = _("There is no line to stand in here now.")


class NotYourTurn(Refusal):
    message = _("It is not your turn yet. Your place in line is kept.")


class TurnOver(Refusal):
    message = _("Your time to order is over. You can join the line again.")


# --- joining ---


@dataclass(frozen=True, slots=True)
class _Arrival:
    people: tuple[str, ...]
    at: datetime


_groupings: dict[int, Grouping[_Arrival, int | Refusal]] = {}
_lock = Lock()

_TURNS = Prepared(
    "turns_in_line",
    ("bigint", "text[]"),
    "SELECT person, number, pass_until FROM bookings_waiting_turn"
    " WHERE sale_id = %s AND person = ANY(%s) AND finished_at IS NULL",
)
_JOIN = Prepared(
    "join_line",
    ("bigint", "text[]", "int[]", "timestamptz[]", "int", "int"),
    "WITH added AS (INSERT INTO bookings_waiting_turn (sale_id, person, number, joined_at, order_key)"
    " SELECT %s, person, number, came, '' FROM unnest(%s, %s, %s) AS c (person, number, came)"
    " RETURNING sale_id)"
    " UPDATE bookings_waiting_sale SET joined = %s, early = %s"
    " WHERE id = (SELECT sale_id FROM added LIMIT 1)",
)


def join(*, sale: Sale, people: Sequence[str], at: datetime) -> int:
    """Take a place in line: its number. Whoever has one keeps it, until it is used or over.

    ``people`` are the person's names, the one to write first. Runs outside any transaction; those
    who join together are written together, in the order in which they came.

    :raises NoLine: the line has not begun, is over, or was withdrawn.
    """
    with _lock:
        if sale.pk not in _groupings:
            _groupings[sale.pk] = Grouping(
                lambda arrivals: _join_many(sale.pk, arrivals), most=_MOST_TOGETHER
            )
        grouping = _groupings[sale.pk]
    outcome = grouping.submit(_Arrival(tuple(people), at))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _join_many(sale_id: int, arrivals: Sequence[_Arrival]) -> Sequence[int | Refusal]:
    at = max(arrival.at for arrival in arrivals)
    with transaction.atomic():
        sale = Sale.objects.select_for_update(no_key=True).filter(pk=sale_id).first()
        if sale is None or not sale.is_on(at):
            return [NoLine() for _arrival in arrivals]
        return _number(sale, arrivals, at)


def _number(sale: Sale, arrivals: Sequence[_Arrival], at: datetime) -> Sequence[int]:
    """Everybody's number; the turns of those who have none yet are written. The sale is locked."""
    known = _known(sale, {name for arrival in arrivals for name in arrival.people}, at)
    numbers: list[int] = []
    added: dict[int, _Arrival] = {}
    for arrival in arrivals:
        held = [known[name] for name in arrival.people if name in known]
        if not held:
            known[arrival.people[0]] = number = sale.joined + len(added) + 1
            added[number] = arrival
        numbers.append(min(held, default=sale.joined + len(added)))
    if added:
        _write(sale, added, at)
    return numbers


def _known(sale: Sale, names: Collection[str], at: datetime) -> dict[str, int]:
    """The numbers of those who have one that is good; places whose time is up are closed."""
    with connection.cursor() as cursor:
        _TURNS.execute(cursor, [sale.pk, list(names)])
        rows = cursor.fetchall()
    lapsed = [person for person, _number, until in rows if until is not None and until <= at]
    if lapsed:
        _unfinished(sale.pk, lapsed).filter(pass_until__lte=at).update(finished_at=at)
    return {person: number for person, number, _until in rows if person not in lapsed}


def _write(sale: Sale, added: Mapping[int, _Arrival], at: datetime) -> None:
    """New turns by number, and the line's length with them."""
    is_opening = sale.early is None and sale.opens_at <= at
    people = [arrival.people[0] for arrival in added.values()]
    came = [arrival.at for arrival in added.values()]
    early = sale.joined if is_opening else sale.early
    with connection.cursor() as cursor:
        joined = sale.joined + len(added)
        _JOIN.execute(cursor, [sale.pk, people, list(added), came, joined, early])


# --- letting in ---


def advance(*, sale_id: int, at: datetime) -> Sale:
    """Call whoever's turn it is by now; the sale as it stands then.

    Anyone may call this as often as they like: the counts move by one statement that is guarded by
    what was read, and only forwards.

    :raises Sale.DoesNotExist: there is none.
    """
    sale = Sale.objects.get(pk=sale_id)
    if sale.is_paused or not sale.is_on(at) or at < sale.opens_at:
        return sale
    before = Pace(sale.served, sale.served_at or sale.opens_at)
    after = call(
        before, joined=sale.joined, per_minute=sale.per_minute, room=_room(sale, at), at=at
    )
    if after == before and sale.early is not None:
        return sale
    same = Sale.objects.filter(pk=sale_id, served_at=sale.served_at, is_paused=False)
    if sale.early is None:
        _open(sale_id)
    same.update(served=after.served, served_at=after.served_at)
    return Sale.objects.get(pk=sale_id)


def _open(sale_id: int) -> None:
    """Close the draw: who has joined by now is early."""
    Sale.objects.filter(pk=sale_id, early__isnull=True).update(early=F("joined"))


def _room(sale: Sale, at: datetime) -> int | None:
    """How many more fit inside; None without a limit."""
    if sale.inside_most is None:
        return None
    return max(0, sale.inside_most - queries.inside(at=at).filter(sale=sale).count())


def enter(*, sale: Sale, people: Sequence[str], at: datetime) -> Turn:
    """Come in: the time of the pass begins. Coming again changes nothing.

    :raises NotYourTurn: the person is not in line, or not called yet.
    :raises TurnOver: they were in, and have ordered or let the time pass.
    """
    turn = queries.find_turn(sale.pk, people)
    now = advance(sale_id=sale.pk, at=at)
    if turn is None or queries.standing(now, turn.number, at=at).stage is not queries.Stage.CALLED:
        raise NotYourTurn
    if turn.is_over(at):
        raise TurnOver
    until = at + timedelta(minutes=now.pass_minutes)
    Turn.objects.filter(pk=turn.pk, entered_at__isnull=True).update(entered_at=at, pass_until=until)
    turn.refresh_from_db()
    return turn


def leave(*, sale: Sale, people: Sequence[str], at: datetime) -> None:
    """Give up one's place: whoever was inside makes room for the next."""
    _unfinished(sale.pk, people).update(finished_at=at)


# --- ordering with a pass ---


def reserve(*, sale_id: int, people: Sequence[str], order_key: str, at: datetime) -> bool:
    """Keep the person's pass for the order of this key; False when they have none for it.

    The same key passes again, also afterwards: its answer may have been lost. One statement, so two
    orders cannot use one pass.
    """
    is_free = Q(order_key="") | Q(order_key_at__lt=at - RESERVED_FOR)
    may = Q(order_key=order_key) | (is_free & Q(finished_at__isnull=True, pass_until__gt=at))
    turns = Turn.objects.filter(may, sale_id=sale_id, person__in=people, entered_at__isnull=False)
    return bool(turns.update(order_key=order_key, order_key_at=at))


def release(*, sale_id: int, people: Sequence[str], order_key: str, at: datetime) -> None:
    """The order that was reserved for at this moment came to nothing: the pass is free again."""
    mine = _unfinished(sale_id, people).filter(order_key=order_key, order_key_at=at)
    mine.update(order_key="", order_key_at=None)


def finish(*, sale_id: int, people: Sequence[str], order_key: str, at: datetime) -> None:
    """The order is placed: the pass is used up."""
    _unfinished(sale_id, people).filter(order_key=order_key).update(finished_at=at)


def _unfinished(sale_id: int, people: Sequence[str]) -> QuerySet[Turn]:
    return Turn.objects.filter(sale_id=sale_id, person__in=people, finished_at__isnull=True)


# --- operators ---


@transaction.atomic
def save(*, sale: Sale, changed: Mapping[str, Any], actor: str, at: datetime) -> Sale:
    """Write what an operator set, and who did; ``changed`` are the fields with their new values.

    A new sale is written whole. The counts are never among the fields.
    """
    is_new = sale.pk is None
    if is_new:
        sale.save()
    elif changed:
        Sale.objects.filter(pk=sale.pk).update(**changed)
    facts = {name: str(getattr(value, "pk", value)) for name, value in changed.items()}
    action = "sale.plan" if is_new else "sale.change"
    audit.record(actor=actor, action=action, subject=sale.subject, at=at, facts=facts)
    return sale


@transaction.atomic
def switch(*, sale: Sale, actor: str, at: datetime, **fields: bool) -> bool:
    """Announce or withdraw (``is_announced``), pause or resume (``is_paused``); once, and audited."""
    [(name, value)] = fields.items()
    moved = Sale.objects.filter(pk=sale.pk, **{name: not value}).update(**fields)
    if moved:
        facts = {name: value}
        audit.record(actor=actor, action="sale.switch", subject=sale.subject, at=at, facts=facts)
    return bool(moved)
