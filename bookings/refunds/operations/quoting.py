"""What comes back for parts, by the terms frozen at purchase and by what has come in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from bookings import registry, terms
from bookings.classes import is_beside
from bookings.contracts import Part, Words
from bookings.dues import queries as dues_of
from bookings.orders.models import Line, Order, State
from bookings.pricing.groups import back
from bookings.refunds.choosing import left_alone
from bookings.refunds.models import CancelledPart
from kernel.errors import Refusal
from kernel.money import split
from kernel.naming import say

CANCELLABLE = (State.CONFIRMED, State.PAID, State.AWAITING_SUPPLIER)


class NotCancellable(Refusal):
    """Nothing of this line can be cancelled (any more)."""

    code = "not_cancellable"
    message = _("%(title)s can no longer be cancelled.")


class WentAlong(NotCancellable):
    """What only goes along with people has been used with the first of them."""

    code = "went_along"
    message = _(
        "%(title)s: %(what)s went along with somebody who has boarded and can no longer be given back."
    )


class LeftAlone(Refusal):
    """What goes along with people cannot stay without them."""

    code = "left_alone"
    message = _("%(title)s: please cancel what goes along as well; nobody would be with it.")


class TooMuch(Refusal):
    """More would go back than has come in."""

    code = "too_much"
    message = _("No more than %(most_fen)s has come in for this.")


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One part: what it costs, what of it was received, and what comes back, in fen.

    ``base_fen`` is what the terms apply to: the price, less what the parts that stay cost more once
    they are no longer bought together with it.
    """

    line_id: int
    part_key: str
    title: Words
    price_fen: int
    base_fen: int
    received_fen: int
    refund_fen: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What cancelling some parts would bring back."""

    rows: tuple[QuoteRow, ...]

    @property
    def refund_fen(self) -> int:
        return sum(row.refund_fen for row in self.rows)

    @property
    def received_fen(self) -> int:
        return sum(row.received_fen for row in self.rows)

    @property
    def lost_fen(self) -> int:
        """What the parts that stay cost more from now on."""
        return sum(row.price_fen - row.base_fen for row in self.rows)

    def kept_fen(self, line_id: int) -> int:
        """What a line's supplier keeps of its cancelled parts."""
        return sum(r.received_fen - r.refund_fen for r in self.rows if r.line_id == line_id)

    def promoted_fen(self, line: Line) -> int:
        """What the platform has paid of a line's parts in it for the buyer."""
        keys = {row.part_key for row in self.rows if row.line_id == line.pk}
        return sum(part.promoted_fen for part in line.frozen_parts if part.key in keys)

    def lost_by(self, given: Quote, lines: Iterable[Line]) -> dict[Organisation, int]:
        """How much less each supplier keeps with another sum than by this quote; below zero, more."""
        lost: dict[Organisation, int] = {}
        for line in lines:
            less_fen = self.kept_fen(line.pk) - given.kept_fen(line.pk)
            lost[line.supplier] = lost.get(line.supplier, 0) + less_fen
        return {supplier: fen for supplier, fen in lost.items() if fen}

    def returning(self, fen: int) -> Quote:
        """The same parts with another sum coming back, spread by what was received for each.

        :raises TooMuch: more than was received.
        """
        if not 0 <= fen <= self.received_fen:
            raise TooMuch(most_fen=self.received_fen)
        received = [row.received_fen for row in self.rows]
        shares = split(fen, received) if any(received) else received
        pairs = zip(self.rows, shares, strict=True)
        return Quote(tuple(replace(row, refund_fen=share) for row, share in pairs))


def quote(*, order: Order, parts: Mapping[int, Sequence[str]], at: datetime) -> Quote:
    """What comes back for these parts (line id to part keys) at ``at``.

    :raises NotCancellable: a part is used, cancelled, or of a line that is not paid or not of this
        order. :raises WentAlong: it was used with somebody whom it goes along with. :raises LeftAlone:
        only what goes along with people would stay.
    """
    lines = {line.pk: line for line in Line.objects.filter(order=order).order_by("pk")}
    if not set(parts) <= set(lines):
        raise NotCancellable(title=order.code)
    for line_id, keys in parts.items():
        _refuse_gone(lines[line_id], keys)
        if left_alone(lines[line_id], keys):
            raise LeftAlone(title=str(lines[line_id]))
    bases = _bases(list(lines.values()), parts)
    rows = [
        row
        for pk, line in lines.items()
        if pk in parts
        for row in _quote_line(line, parts[pk], bases, at)
    ]
    return Quote(tuple(_within_kept(rows, list(lines.values()))))


def _within_kept(rows: Sequence[QuoteRow], lines: Sequence[Line]) -> list[QuoteRow]:
    """More than a part brought in can come back only of what was kept of others before."""
    if all(row.refund_fen <= row.received_fen for row in rows):
        return list(rows)
    gone = CancelledPart.objects.filter(line__in=lines)
    received = {line.pk: dues_of.received_of(line) for line in lines}
    kept = sum(received[each.line_id].get(each.part_key, 0) - each.refund_fen for each in gone)
    capped = []
    for row in rows:
        beyond = min(max(0, row.refund_fen - row.received_fen), max(0, kept))
        kept -= beyond
        capped.append(replace(row, refund_fen=min(row.refund_fen, row.received_fen + beyond)))
    return capped


def _refuse_gone(line: Line, keys: Sequence[str]) -> None:
    open_keys = {part.key for part in line.open_parts}
    for part in line.frozen_parts:
        if part.key in keys and part.key in line.used_parts and is_beside(part.class_code):
            raise WentAlong(title=str(line), what=say(part.title))
    if line.state not in CANCELLABLE or not set(keys) <= open_keys:
        raise NotCancellable(title=str(line))


def _bases(lines: Sequence[Line], parts: Mapping[int, Sequence[str]]) -> dict[tuple[int, str], int]:
    """What the terms apply to, for parts that were bought for less together with others."""
    things: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in lines:
        if line.saved_fen:
            things[(line.bundle_id,) if line.bundle_id else (line.kind, line.ref)].append(line)
    bases: dict[tuple[int, str], int] = {}
    for together in things.values():
        if any(line.pk in parts for line in together):
            bases.update(_bases_of(together, parts))
    return bases


def _bases_of(
    lines: Sequence[Line], parts: Mapping[int, Sequence[str]]
) -> dict[tuple[int, str], int]:
    """Of a bundle, what stays costs its own price; of a group, the best that is still reached."""
    places = [(line, part) for line in lines for part in line.frozen_parts]
    now = [n for n, (line, part) in enumerate(places) if part.key in parts.get(line.pk, ())]
    before = [n for n, (line, part) in enumerate(places) if part.key in line.cancelled_parts]
    given = _given(lines)
    # What was changed into something else has taken its whole price along.
    returned = sum(
        given.get((places[n][0].pk, places[n][1].key), places[n][1].price_fen) for n in before
    )
    rules = [] if lines[0].bundle_id else lines[0].group_prices
    fen = back(
        [part for _line, part in places], rules, now=now, before=before, returned_fen=returned
    )
    return {(places[n][0].pk, places[n][1].key): each for n, each in zip(now, fen, strict=True)}


def _given(lines: Sequence[Line]) -> dict[tuple[int, str], int]:
    rows = CancelledPart.objects.filter(line__in=lines)
    return {(row.line_id, row.part_key): row.base_fen for row in rows}


def _quote_line(
    line: Line, keys: Sequence[str], bases: Mapping[tuple[int, str], int], at: datetime
) -> list[QuoteRow]:
    received = dues_of.received_of(line)
    open_parts = {part.key: part for part in line.open_parts}
    return [
        _quote_part(
            line, open_parts[key], bases.get((line.pk, key)), received.get(key, 0), at
        )
        for key in sorted(set(keys))
    ]  # fmt: skip


def _quote_part(
    line: Line, part: Part, base_fen: int | None, received_fen: int, at: datetime
) -> QuoteRow:
    """The terms say what is kept of the price; it is kept of what has come in, and no more."""
    by_terms = registry.get(line.kind).refundable(line=line, part_keys=[part.key], at=at)
    if base_fen is None:
        base_fen = part.price_fen
    elif part.price_fen:
        by_terms = by_terms * base_fen // part.price_fen
    else:  # free within a set, and the last of it
        share = terms.permille(line.frozen_terms, starts_at=line.starts_at, at=at)
        by_terms = base_fen * share // 1000
    return QuoteRow(
        line_id=line.pk,
        part_key=part.key,
        title=part.title,
        price_fen=part.price_fen,
        base_fen=base_fen,
        received_fen=received_fen,
        refund_fen=max(0, received_fen - (part.price_fen - by_terms)),
    )
