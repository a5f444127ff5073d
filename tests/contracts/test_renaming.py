"""Every seller lets another person have a part: theirs then, at what it would cost them."""

from __future__ import annotations

import pytest

from bookings.contracts import Renamed
from kernel.errors import Refusal
from tests.contracts.stalls import AT
from tests.contracts.test_sellables import deliver, keys, lines, stall, yes
from tests.factories.tourism import person

__all__ = ["lines", "stall"]

pytestmark = pytest.mark.django_db


def rename(stall, line, member) -> Renamed | Refusal:
    return stall.seller.rename(line=line, part_key=keys(line)[0], member=member, at=AT)


def test_the_part_is_the_new_persons_and_nobody_elses_changes(stall, lines):
    deliver(stall, lines[0].order)
    lines[0].refresh_from_db()
    old = lines[0].frozen_parts[0]

    renamed = rename(stall, lines[0], person(9))

    assert isinstance(renamed, Renamed)
    assert (renamed.part.key, renamed.part.traveller_id) == (old.key, 9)
    assert renamed.part.price_fen == old.own_fen
    assert [stall.held(line) for line in lines] == [2, 3]


def test_delivering_again_gives_the_right_to_the_new_person(stall, lines):
    deliver(stall, lines[0].order)
    yes(stall)
    line = lines[0]
    line.refresh_from_db()
    renamed = rename(stall, line, person(9))
    line.facts = dict(renamed.facts)
    line.parts = [{**line.parts[0], "traveller_id": 9}, *line.parts[1:]]

    [done] = stall.seller.fulfil(lines=[line], at=AT)

    assert [right.traveller_id for right in done.entitlements] == [9, 2]


def test_it_is_repeatable_and_goes_back(stall, lines):
    deliver(stall, lines[0].order)
    line = lines[0]
    line.refresh_from_db()
    for member in (person(9), person(9), person(1)):
        renamed = rename(stall, line, member)
        line.facts = dict(renamed.facts)

        assert renamed.part.traveller_id == member.traveller_id
        assert stall.held(line) == 2
