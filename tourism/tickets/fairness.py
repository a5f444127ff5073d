"""Who missed too many free visits is offered no free ticket for some days; paid ones as ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from bookings.contracts import Ask, Member, Offer
from bookings.noshows import queries as noshows
from bookings.orders.models import Line
from kernel.errors import Refusal
from kernel.naming import say
from kernel.places.models import Region


class RestsFromFree(Refusal):
    """A free ticket for somebody who did not use several before."""

    code = "rests_from_free"
    message = _(
        "%(title)s: %(name)s has missed several free visits and can have the next free ticket from"
        " %(until)s on. A ticket that is paid for can be had as an adult; the ticket desk can pardon."
    )


def without_resting(
    answers: Sequence[Offer | Refusal], asks: Sequence[Ask], *, at: datetime
) -> list[Offer | Refusal]:
    """The same answers, but for offers with a free part for somebody who rests. Nothing is read
    where nobody named pays nothing."""
    pairs = {pair for answer in answers for _key, pair in _free(answer)}
    rests = noshows.rests(pairs, at=at) if pairs else {}
    if not rests:
        return list(answers)
    return [
        _refusal(answer, ask, rests) or answer for answer, ask in zip(answers, asks, strict=True)
    ]


def refuse_resting(line: Line, part_key: str, member: Member, *, at: datetime) -> Refusal | None:
    """Why ``member`` cannot have a part that was sold for nothing; None where they can."""
    is_free = any(part.key == part_key and part.price_fen == 0 for part in line.frozen_parts)
    pair = line.supplier_id, member.index
    rests = noshows.rests([pair], at=at) if is_free and member.index else {}
    if pair not in rests:
        return None
    until = rests[pair].astimezone(line.order.region.tz)
    return RestsFromFree(title=str(line), name=member.name, until=until)


def _free(answer: Offer | Refusal) -> Iterator[tuple[str, noshows.Pair]]:
    """The named people of an offer who pay nothing: the part, and whose it is."""
    if isinstance(answer, Refusal):
        return
    for part in answer.parts:
        index = answer.facts["people"][part.key]["index"]
        if part.price_fen == 0 and index:
            yield part.key, (answer.supplier_id, index)


def _refusal(
    answer: Offer | Refusal, ask: Ask, rests: Mapping[noshows.Pair, datetime]
) -> Refusal | None:
    for _key, pair in _free(answer):
        if pair in rests:
            assert isinstance(answer, Offer)
            name = next(member.name for member in ask.party if member.index == pair[1])
            zone = Region.objects.get(pk=answer.region_id).tz
            until = rests[pair].astimezone(zone)
            return RestsFromFree(field="ref", title=say(answer.title), name=name, until=until)
    return None
