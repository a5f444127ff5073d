"""What was chosen on a page: parts (``part=<line id>:<part key>``), and a sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.http import Http404, QueryDict
from django.utils.translation import gettext_lazy as _

from bookings import classes
from bookings.orders.models import Line, State
from kernel.errors import BadInput, Refusal
from kernel.money import parse_yuan
from kernel.web.requests import whole


class NothingChosen(Refusal):
    """Parts are asked for, and none is ticked."""

    code = "nothing_chosen"
    status = 400
    message = _("Please tick for whom and for what.")


CHOOSABLE = (State.AWAITING_SUPPLIER, State.CONFIRMED)
"""What a buyer may cancel, also while a supplier has not answered."""


def every_part(lines: Iterable[Line]) -> dict[int, list[str]]:
    """Line id to part keys of everything that a page offers."""
    return {
        line.pk: [part.key for part in line.open_parts]
        for line in lines
        if line.state in CHOOSABLE and line.open_parts
    }


def chosen_parts(data: QueryDict, line_ids: Collection[int]) -> dict[int, list[str]]:
    """Line id to part keys, of these lines only.

    :raises Http404: another's line. :raises BadInput: unreadable or named twice.
    """
    chosen: dict[int, list[str]] = defaultdict(list)
    for value in data.getlist("part"):
        line_id, _colon, key = value.partition(":")
        number = whole(line_id, field="part", least=1)
        if number not in line_ids:
            raise Http404
        if not key or key in chosen[number]:
            raise BadInput(field="part")
        chosen[number].append(key)
    return dict(chosen)


def with_what_goes_along(
    chosen: Mapping[int, list[str]], lines: Mapping[int, Line]
) -> dict[int, list[str]]:
    """The same parts, and of each line what would have nobody to go with any more."""
    return {pk: [*keys, *left_alone(lines[pk], keys)] for pk, keys in chosen.items()}


def left_alone(line: Line, keys: Collection[str]) -> list[str]:
    """What would stay of a line without anybody to go with, were these parts given up."""
    if line.used_parts:
        return []
    stay = {part.key: part.class_code for part in line.open_parts if part.key not in keys}
    return classes.left_alone(stay)


def sum_asked(text: str, terms_fen: int) -> int:
    """Another sum than the terms give, in yuan; left empty, it is theirs. :raises BadInput: unreadable."""
    if not text.strip():
        return terms_fen
    try:
        return parse_yuan(text.strip())
    except ValueError:
        raise BadInput(field="sum") from None
