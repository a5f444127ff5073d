"""What only goes along with people has no voucher: used with the first of its line, unused with the last.

A child on a lap and a piece of luggage travel with somebody of their order line (``bookings.classes``).
Once one of the line has passed, their place is taken and their fee is earned; when all passages of the
line are taken back, theirs is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Sum

from bookings.classes import is_beside
from bookings.contracts import Direction
from bookings.orders.models import Line
from bookings.vouchers.models import Redemption, Voucher


def key_of(line_id: int, part_key: str, again: int) -> str:
    """The books' key of the use of a part; ``again`` tells a use apart from those taken back before."""
    return f"used:line:{line_id}:{part_key}" + (f":again:{again}" if again else "")


def uses(lines: Mapping[int, Line]) -> dict[str, tuple[Line, str]]:
    """What is used with the first of these lines' people: line and part key by the books' key.

    The lines, by id, are locked and as they were before. One statement where anything goes along.
    """
    going = [
        (line, part.key)
        for line in lines.values()
        if _has_beside(line)
        for part in line.open_parts
        if is_beside(part.class_code)
    ]
    again = _taken_back({line.pk for line, _key in going}) if going else {}
    return {key_of(line.pk, key, again[line.pk]): (line, key) for line, key in going}


def unused(lines: Collection[Line]) -> dict[tuple[int, str], list[str]]:
    """What is unused again since nobody of these lines is aboard any more: by line id and part key the
    books' keys under which its use may stand.

    The lines are locked; the passages are marked as taken back already.
    """
    with_beside = {line.pk: line for line in lines if _has_beside(line)}
    if not with_beside:
        return {}
    aboard = Redemption.objects.filter(
        direction=Direction.IN, undone_at__isnull=True, voucher__line__in=with_beside
    )
    still = set(aboard.values_list("voucher__line", flat=True))
    again = _taken_back(with_beside)
    return {
        (line.pk, part.key): [key_of(line.pk, part.key, n) for n in range(again[line.pk] + 1)]
        for line in with_beside.values()
        if line.pk not in still
        for part in line.frozen_parts
        if is_beside(part.class_code) and part.key in line.used_parts
    }


def _has_beside(line: Line) -> bool:
    return any(is_beside(row["class_code"]) for row in line.parts)


def _taken_back(line_ids: Collection[int]) -> dict[int, int]:
    """How often a use was taken back of each line: more after every time that all were."""
    rows = Voucher.objects.filter(line__in=line_ids).values_list("line_id")
    return dict(rows.annotate(times=Sum("taken_back")))
