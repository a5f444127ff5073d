"""Nuonuo's own words: its signature, its red forms, what it says that cannot be believed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bookings.invoices import services
from bookings.invoices.services import Outcome, ServiceDown
from bookings.invoices.services.nuonuo import Nuonuo, sign
from bookings.invoices.services.switchboard import switch_on
from kernel import http
from tests.contracts.invoices.conftest import nuonuo, red, service, wanted  # noqa: F401


@pytest.fixture
def party(tmp_path, socket_enabled):
    with nuonuo(tmp_path) as made:
        yield made


@pytest.fixture
def says(monkeypatch):
    """Let the platform answer so from now on."""

    def become(*answers: Any, status: int = 200) -> Nuonuo:
        left = list(answers)

        def send(*_words: Any, **_named: Any) -> http.Reply:
            answer = left.pop(0) if len(left) > 1 else left[0]
            raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            return http.Reply(status, {}, raw)

        monkeypatch.setattr(http, "send", send)
        return Nuonuo(app_key="k", app_secret="s")

    return become


def issued(**changes: Any) -> dict[str, Any]:
    row = {
        "orderNo": "QY0000000000000001", "status": "2", "allElectronicInvoiceNumber": "26332000000123456789",
        "invoiceTime": 1_790_121_600_000, "orderAmount": "206.01",
    }  # fmt: skip
    return {"code": "E0000", "result": [row | changes]}


def test_the_signature_is_that_of_the_platform():
    """A published example that its gateway has let through."""
    once = {"appkey": "APPKEY", "senid": "SENID", "nonce": "12345678", "timestamp": "1700000000"}

    assert sign(b"SECRET", b'{"a":1}', **once) == "7iSZiR+0g+376QEJ38xLM+3vGDs="


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"[]", b"<html>", {}, {"code": 1}, {"code": "070304"}, {"code": "E0000"},
        {"code": "E0000", "result": []}, {"code": "E0000", "result": [{"orderNo": "another"}]},
        issued(allElectronicInvoiceNumber="", invoiceNo=""), issued(allElectronicInvoiceNumber="<b>"),
        issued(invoiceTime="soon"), issued(invoiceTime=10**20), issued(orderAmount=None),
        issued(orderAmount="1e9"), issued(orderAmount="NaN"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_no_answer(says, wanted, answer):  # noqa: F811
    with pytest.raises(ServiceDown):
        says(answer).fetch(wanted)


@pytest.mark.parametrize("status", [301, 403, 500, 502])
def test_another_status_is_no_answer(says, wanted, status):  # noqa: F811
    with pytest.raises(ServiceDown):
        says(issued(), status=status).fetch(wanted)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("2", "ISSUED"), ("20", "PENDING"), ("21", "PENDING"), ("22", "FAILED"), ("24", "FAILED"),
     ("3", "FAILED"), ("31", "FAILED"), ("99", "FAILED")],
)  # fmt: skip
def test_the_platforms_states_are_ours(says, wanted, status, outcome):  # noqa: F811
    assert says(issued(status=status)).fetch(wanted).outcome == outcome


def test_a_red_form_that_the_buyer_must_agree_to_waits_and_may_end(party, service, red):  # noqa: F811
    party.faults(awaits_buyer=1)
    asked = service.issue(red)
    again = service.issue(red)
    party.desk.end_form(red.number, "07", "超72小时未确认")

    ended = service.fetch(red)

    assert (asked.outcome, again.outcome) == (Outcome.PENDING, Outcome.PENDING)
    assert (ended.outcome, ended.why) == (Outcome.FAILED, "超72小时未确认")
    assert party.desk.calls.count("saveInvoiceRedConfirm") == 1


def test_a_red_letter_of_no_invoice_is_refused(party, service, wanted):  # noqa: F811
    rows = (replace(wanted.rows[0], amount_fen=-1, tax_fen=0, quantity=0),)
    red = replace(wanted, reddens="26332000000000000099", rows=rows)  # noqa: F811

    assert service.issue(red).outcome is Outcome.FAILED
    assert party.issued() == []


def test_it_is_on_where_its_keys_are_and_a_half_set_of_keys_refuses_to_start():
    from django.core.exceptions import ImproperlyConfigured

    keys = {"NUONUO_APP_KEY": "k", "NUONUO_APP_SECRET": "s", "NUONUO_URL": "http://127.0.0.1:9/x"}
    switch_on({"nuonuo": keys | {"NUONUO_APP_KEY": ""}})
    assert services.current() is None

    try:
        switch_on({"nuonuo": keys})
        assert isinstance(services.current(), Nuonuo)
        with pytest.raises(ImproperlyConfigured, match="NUONUO_APP_SECRET"):
            switch_on({"nuonuo": keys | {"NUONUO_APP_SECRET": ""}})
    finally:
        services.switch_on(None)
