"""Who is on the list of a post, as its device may know them: no name and no number.

The family name with the rest starred, the seat, the stops. The last four characters of
a document or phone are found by a tag of eight bits, under the day's key and the post's zone: about forty
endings fit each, so that the list says who it could be and a person decides.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from accounts.travellers.documents import mask_name
from bookings.gates import tags
from bookings.vouchers import sheets
from bookings.vouchers.models import State, Voucher
from bookings.vouchers.posts import Post

_ENDING = 4
_FIELDS = (
    "pk", "line_id", "part_key", "carrier__holder", "carrier__document_tail",
    "line__order__contact_masked",
)  # fmt: skip


def listed(
    post: Post, *, key: bytes, carriers: Collection[int] | None = None
) -> dict[str, dict[str, Any]]:
    """The people of a post's list by the number of their right; only of these passes, where named."""
    rows = Voucher.objects.filter(
        zone=post.zone, line__supplier_id=post.organisation_id, state__in=(State.ACTIVE, State.USED)
    )
    if carriers is not None:
        rows = rows.filter(carrier_id__in=carriers)
    sheet = sheets.of_zone(post.zone)
    return {
        str(row["pk"]): _person(row, sheet.people.get((row["line_id"], row["part_key"])), post, key)
        for row in rows.values(*_FIELDS)
    }


def stops(post: Post) -> list[Mapping[str, str]]:
    """The stops of a post's list in their order, in words."""
    return list(sheets.of_zone(post.zone).stops)


def _person(
    row: Mapping[str, Any], seated: sheets.Seated | None, post: Post, key: bytes
) -> dict[str, Any]:
    endings = (row["carrier__document_tail"], row["line__order__contact_masked"][-_ENDING:])
    return {
        "name": mask_name(row["carrier__holder"]),
        "ends": sorted({tags.ending_tag(key, post.zone, end) for end in _whole(endings)}),
        **(dataclasses.asdict(seated) if seated else {}),
    }


def _whole(endings: Iterable[str]) -> list[str]:
    """Those that are four letters or digits: not part of a mask, nor of an address."""
    return [end for end in endings if len(end) == _ENDING and end.isascii() and end.isalnum()]
