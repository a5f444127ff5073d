import json
import pickle
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import gettext_lazy, override

from kernel import clock
from kernel.errors import BadInput, Busy, NotFound, Refusal, TooMany


class SeatsGone(Refusal):
    message = gettext_lazy("Only %(left)s left at %(title)s, %(price_fen)s each")


class Closed(Refusal):
    code = "gate_closed"
    status = 410
    message = "Closed since %(since)s"


def test_the_code_comes_from_the_class_name() -> None:
    assert SeatsGone().code == "seats_gone"
    assert Closed().code == "gate_closed"
    assert BadInput.code == "bad_input"


def test_the_generic_refusals_have_their_status() -> None:
    statuses = [kind.status for kind in (Refusal, BadInput, NotFound, TooMany, Busy)]

    assert statuses == [409, 400, 404, 429, 503]


def test_the_reason_reads_and_the_facts_compute() -> None:
    refusal = SeatsGone(left=3, title="Hongcun", price_fen=10450, field="quantity")

    assert refusal.reason == "Only 3 left at Hongcun, ¥104.50 each"
    assert refusal.facts == {"left": 3, "title": "Hongcun", "price_fen": 10450}
    assert refusal.field == "quantity"


def test_the_reason_is_in_the_language_of_the_reader() -> None:
    class Required(Refusal):
        message = gettext_lazy("This field is required.")

    with override("zh-hans"):
        assert Required().reason == "这个字段是必填项。"
    with override("en"):
        assert Required().reason == "This field is required."


def test_a_time_reads_on_its_own_clock_and_travels_as_iso(monkeypatch: pytest.MonkeyPatch) -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 10, 24, 17, 0, tzinfo=UTC))
    today = Closed(since=datetime(2026, 10, 25, 9, 30, tzinfo=shanghai))
    yesterday = Closed(since=datetime(2026, 10, 24, 9, 30, tzinfo=shanghai))

    with override("en"):
        assert today.reason == "Closed since 09:30"
        assert yesterday.reason == "Closed since Sat 24 Oct 09:30"
        assert Closed(since=date(2025, 10, 24)).reason == "Closed since Fri 24 Oct 2025"
    assert yesterday.facts == {"since": "2026-10-24T09:30:00+08:00"}


def test_facts_are_always_json() -> None:
    refusal = Refusal(
        name=gettext_lazy("Adult"),
        days=[date(2026, 10, 24)],
        ref=UUID(int=1),
        parts={"night": (1, 2)},
    )

    assert json.loads(json.dumps(refusal.facts)) == {
        "name": "Adult",
        "days": ["2026-10-24"],
        "ref": "00000000-0000-0000-0000-000000000001",
        "parts": {"night": [1, 2]},
    }


def test_limits_say_when_to_come_back() -> None:
    assert Busy().retry_after == 2
    assert TooMany(retry_after=90).facts == {"retry_after": 90}


def test_a_refusal_survives_a_process_boundary() -> None:
    sent = pickle.dumps(SeatsGone(left=3, title="Hongcun", price_fen=1))

    copy = pickle.loads(sent)  # noqa: S301

    assert copy.facts == {"left": 3, "title": "Hongcun", "price_fen": 1}


def test_bad_input_says_what_people_call_the_field_and_never_its_name() -> None:
    assert "“The sum” cannot be read" in BadInput(field="sum_fen", label="The sum").reason
    assert BadInput(field="day").reason == BadInput().reason
    assert BadInput(field="day").field == "day"
