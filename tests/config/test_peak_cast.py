"""Who comes on the peak day: everybody another person of their age, the same people from the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.travellers import documents
from accounts.travellers.names import read_name
from config.demo.peak.cast import CLASSES, DAY, GATES, VISITORS, Cast, Group
from tourism.tickets.pricing import age_on

MIDNIGHT = datetime.combine(DAY, datetime.min.time(), ZoneInfo("Asia/Shanghai"))
AGES = {"adult": (18, 59), "minor": (7, 17), "child": (0, 6), "senior": (60, 64), "elder": (65, 99)}


@pytest.fixture(scope="module")
def groups() -> list[Group]:
    return Cast(1, 7, MIDNIGHT).groups()


def test_as_many_come_as_the_records_know(groups):
    assert sum(group.size for group in groups) == VISITORS


def test_everybody_has_a_valid_number_of_their_own(groups):
    people = [person for group in groups for person in group.people]

    assert len({person.document for person in people}) == len(people)
    for person in people[::500]:
        read = documents.read(kind=documents.Kind.RESIDENT_ID, text=person.document, today=DAY)
        least, most = AGES[person.kind.name]
        assert least <= age_on(read.birth_date, DAY) <= most
        assert read_name(person.name) == person.name


def test_nobody_sends_a_child_alone(groups):
    assert {group.people[0].kind for group in groups} == {CLASSES[0]}


def test_every_fate_and_gate_is_drawn_and_arrivals_are_in_order(groups):
    assert set(Counter(group.fate for group in groups)) == {
        "comes", "no show", "gives back", "walks in",
    }  # fmt: skip
    assert {group.gate for group in groups} == {name for name, _weight in GATES}
    moments = [group.arrives_at for group in groups]
    assert moments == sorted(moments)
    assert {moment.date() for moment in moments} == {DAY}


def test_a_seed_tells_it_all():
    def told(seed: int) -> list[tuple[object, ...]]:
        drawn = Cast(0.01, seed, MIDNIGHT).groups()
        return [(g.number, g.gate, g.fate, g.arrives_at, g.people) for g in drawn]

    assert told(3) == told(3)
    assert told(3) != told(4)
