"""The one list of sellers. Filled by each house's AppConfig.ready(); read by the core."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from bookings.contracts import Answer, Ask, Sellable
from kernel.errors import Refusal


class UnknownKind(Refusal):
    code = "unknown_kind"
    status = 404
    message = _("Nothing of this kind is sold here.")


_sellables: dict[str, Sellable] = {}


def register(sellable: Sellable) -> None:
    """Add a seller. A second one for the same kind is a mistake in the wiring and raises."""
    if sellable.kind in _sellables:
        raise ValueError(f"kind {sellable.kind!r} is registered twice")
    _sellables[sellable.kind] = sellable


def unregister(kind: str) -> None:
    """Take a seller out again; tests register samples for their own time only."""
    del _sellables[kind]


def get(kind: str) -> Sellable:
    """The seller of a kind; raises UnknownKind."""
    try:
        return _sellables[kind]
    except KeyError:
        raise UnknownKind(field="kind") from None


def list_all() -> Iterable[Sellable]:
    """Every registered seller, in order of kind."""
    return [_sellables[kind] for kind in sorted(_sellables)]


def offer_all(asks: Sequence[Ask], *, at: datetime) -> list[Answer]:
    """Answer Asks of any kinds, in their order, with one call to each seller.

    An unknown kind is answered with UnknownKind.
    """
    by_kind: dict[str, list[int]] = defaultdict(list)
    for position, ask in enumerate(asks):
        by_kind[ask.kind].append(position)
    answers: dict[int, Answer] = {}
    for kind, positions in by_kind.items():
        if kind in _sellables:
            replies = _sellables[kind].offer(asks=[asks[p] for p in positions], at=at)
        else:
            replies = [UnknownKind(field="kind")] * len(positions)
        answers.update(zip(positions, replies, strict=True))
    return [answers[position] for position in range(len(asks))]


def conflicts(asks: Sequence[Ask], *, at: datetime) -> list[Refusal | None]:
    """What stands against the people of Asks, in their order, with one call to each seller."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for position, ask in enumerate(asks):
        if ask.kind in _sellables:
            by_kind[ask.kind].append(position)
    found: dict[int, Refusal | None] = {}
    for kind, positions in by_kind.items():
        replies = _sellables[kind].conflicts(asks=[asks[p] for p in positions], at=at)
        found.update(zip(positions, replies, strict=True))
    return [found.get(position) for position in range(len(asks))]


def offer_in(region_id: int, asks: Sequence[Ask], *, at: datetime) -> list[Answer]:
    """The same within one region: what another region sells is answered with UnknownKind."""
    return [
        answer if _is_of(region_id, answer) else UnknownKind(field="ref")
        for answer in offer_all(asks, at=at)
    ]


def _is_of(region_id: int, answer: Answer) -> bool:
    return isinstance(answer, Refusal) or all(offer.region_id == region_id for offer in answer)
