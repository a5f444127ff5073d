"""Whose fault an error is decides whether the others of a group are tried alone."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError

from kernel.grouping import GroupedRead, Grouping, is_somebodys_fault

pytestmark = pytest.mark.timeout(20)


@pytest.mark.parametrize("error", [DataError(), IntegrityError(), ValueError(), MemoryError()])
def test_what_may_be_the_fault_of_one_is_tried_one_by_one(error):
    assert is_somebodys_fault(error)


@pytest.mark.parametrize("error", [OperationalError(), InterfaceError(), DatabaseError()])
def test_a_lost_or_busy_database_is_nobodys_fault(error):
    assert not is_somebodys_fault(error)


def test_work_that_forgets_an_outcome_leaves_nobody_with_nothing():
    grouping = Grouping(lambda items: [], rescue=bool)

    with pytest.raises(ValueError, match="shorter"):
        grouping.submit(1)


def test_a_key_that_cannot_be_asked_for_hides_no_rows_from_others(monkeypatch):
    entered, go = threading.Event(), threading.Event()

    def read(keys):
        entered.set()
        go.wait(10)
        if "bad" in keys:
            raise ValueError("bad")
        return {key: key.upper() for key in keys}

    rows: GroupedRead[str, str] = GroupedRead(read)
    results: dict[str, object] = {}

    def ask(key: str) -> None:
        try:
            results[key] = rows.get(key)
        except ValueError as error:
            results[key] = error

    threads = [threading.Thread(target=ask, args=(key,)) for key in ("first", "a", "bad", "b")]
    for number, thread in enumerate(threads):
        thread.start()
        entered.wait(10)
        while len(rows._grouping._waiting) < number:
            threading.Event().wait(0.005)
    go.set()
    for thread in threads:
        thread.join(10)

    assert isinstance(results.pop("bad"), ValueError)
    assert results == {"first": "FIRST", "a": "A", "b": "B"}
