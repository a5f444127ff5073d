"""Two desks send a warning in the same moment: it goes out once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bookings.warnings import operations
from bookings.warnings.models import PlaceWarning
from kernel.audit.models import Entry
from kernel.outbox.models import Event
from tests.factories.kernel import PlaceFactory
from tests.races.conftest import meet, run_together

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def warning(fresh_db: str) -> PlaceWarning:
    return PlaceWarning.objects.create(
        place=PlaceFactory(), title_zh="雷暴", title_en="Storm", text_zh="请离开。", text_en="Leave.",
        affects_from=AT, affects_until=AT + timedelta(hours=2),
    )  # fmt: skip


def send_twice(warning: PlaceWarning) -> list[object]:
    def send(who: int) -> object:
        try:
            return operations.send(
                warning_id=warning.pk, actor=f"user:{who}", at=AT + timedelta(seconds=who)
            )
        except operations.IsSent as refusal:
            return refusal.code

    return run_together(lambda: send(1), lambda: send(2))


def test_of_two_desks_one_sends_it(warning, monkeypatch):
    meet(monkeypatch, operations, "_mark_sent", of=2)

    answers = send_twice(warning)

    assert sorted(map(str, answers)) == ["None", "is_sent"]
    assert Event.objects.filter(name=operations.SENT).count() == 1
    assert Entry.objects.filter(action="warnings.send").count() == 1


def test_twin_that_looks_first_and_then_writes_sends_it_twice(warning, monkeypatch):
    def look_then_write(warning_id: int, actor: str, at: datetime) -> bool:
        is_draft = PlaceWarning.objects.filter(pk=warning_id, sent_at=None).exists()
        looked()
        return is_draft and bool(
            PlaceWarning.objects.filter(pk=warning_id).update(sent_at=at, sent_by=actor)
        )

    monkeypatch.setattr(operations, "looked", lambda: None, raising=False)
    meet(monkeypatch, operations, "looked", of=2)
    looked = lambda: operations.looked()  # noqa: E731
    monkeypatch.setattr(operations, "_mark_sent", look_then_write)

    assert send_twice(warning) == [None, None]
    assert Event.objects.filter(name=operations.SENT).count() == 2
