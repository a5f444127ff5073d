"""`manage.py reconcile`, and the files that stand-ins write; and the desk at which findings are explained."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from bookings.payments import operations as payments
from bookings.payments.fakes import bills as stand_ins
from bookings.payments.models import Attempt, AttemptState
from bookings.payments.providers.alipay import number_of
from bookings.refunds import operations as refunds
from bookings.settlement.models import Bill, Finding
from kernel import clock
from kernel.outbox import operations as outbox
from tests.bookings.payments.conftest import (  # noqa: F401
    bucket,
    desk_of,
    keys,
    now,
    order,
)
from tests.bookings.payments.desks import NOWHERE
from tests.bookings.settlement.bills import day_of
from tests.cast import assemble, enter
from tests.contracts import orders as rows
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


def run(file: Path, provider: str, **options: object) -> tuple[int, dict, str]:
    """Exit code, JSON and words of the command."""
    out, report = StringIO(), file.with_suffix(".json")
    try:
        call_command("reconcile", file, provider=provider, json=report, stdout=out, **options)
    except SystemExit as end:
        return int(str(end.code)), json.loads(report.read_text()), out.getvalue()
    return 0, json.loads(report.read_text()), out.getvalue()


@pytest.mark.parametrize("provider", ["alipay", "stripe", "wechat"])
def test_a_stand_ins_own_file_agrees_with_what_was_paid_and_returned(
    provider,
    desk_of,  # noqa: F811
    order,  # noqa: F811
    now,  # noqa: F811
    tmp_path,
):
    desk = desk_of(provider)
    attempt = payments.pay_by(
        order=order,
        provider=provider,
        at=now,
        buyer=payments.Buyer("http://x/back", ip="192.0.2.1"),
    )
    # Where the buyer opens the page before the desk knows of it, as at Alipay.
    number = number_of(attempt.token) if provider == "alipay" else attempt.token
    made = desk.by_token(number) or desk.create({
        "token": number, "amount": 2000, "currency": "CNY", "words": "QY", "language": "en",
        "return_url": "http://x/", "notice_url": NOWHERE, "how": "CHARGE",
    })  # fmt: skip
    desk.end(made["id"], "never")
    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)
    refunds.cancel(
        order=order, parts={order.lines.get().pk: ["p0"]}, shown_fen=1000, actor="guest:a",
        reason="BUYER", at=now,
    )  # fmt: skip
    outbox.drain(at=now)
    assert Attempt.objects.get().state == AttemptState.SUCCEEDED
    zone = stand_ins.UTC if provider == "stripe" else stand_ins.CHINA
    file = tmp_path / "bill.csv"

    stand_ins.main([
        "--provider", provider, "--day", f"{clock.now().astimezone(zone):%Y-%m-%d}",
        "--data", str(tmp_path), "--out", str(file),
    ])  # fmt: skip
    code, report, words = run(file, provider)

    assert (code, report["found"], report["rows"]) == (0, {}, 2)
    assert (report["payments_fen"], report["refunds_fen"]) == (2000, 1000)
    assert "its days are not over" in words


@pytest.fixture
def off_by_one(tmp_path: Path) -> Path:
    """A file of Alipay's that lacks a payment."""
    day = day_of(rows.order(1), "alipay", 10, 0)
    day.rows.pop()
    file = tmp_path / "bill.csv"
    file.write_bytes(day.file())
    return file


def test_what_is_off_is_said_and_ends_with_1_again_and_again(off_by_one):
    code, report, words = run(off_by_one, "alipay")
    again, repeated, second_words = run(off_by_one, "alipay")

    assert (code, again) == (1, 1)
    assert report["found"] == {"MISSING": 1}
    assert report["findings"][0]["ours"] == "PAYMENT 10.09 CNY alipay-9"
    assert "MISSING        1  ours, and not in the file" in words
    assert {**repeated, "is_repeat": False} == report
    assert "nothing was done" in second_words
    assert Bill.objects.count() == 1


@pytest.mark.parametrize(
    ("provider", "options"),
    [("wechat", {}), ("stripe", {}), ("alipay", {"first": "2026-10-03"})],
)
def test_what_cannot_be_read_ends_with_2(off_by_one, provider, options):
    with pytest.raises(CommandError) as refused:
        call_command("reconcile", off_by_one, provider=provider, **options)

    assert refused.value.returncode == 2
    assert not Bill.objects.exists()


def test_a_file_that_is_not_there_ends_with_2(tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("reconcile", tmp_path / "none.csv", provider="alipay")

    assert refused.value.returncode == 2


def test_the_platforms_desk_explains_a_finding_from_its_queue(off_by_one):
    run(off_by_one, "alipay")
    finding = Finding.objects.get()
    cast = assemble(RegionFactory())
    platform, desk = enter(cast.he_ping), enter(cast.li_wei)
    page = reverse("admin:bookings_settlement_finding_explain", args=[finding.pk])
    assert "Findings in payment services" in platform.get(reverse("admin:index")).content.decode()

    assert desk.post(page, {"words": "mine"}).status_code in (302, 403, 404)
    assert "Please write down" in platform.post(page, {"words": " "}).content.decode()
    done = platform.post(page, {"words": "paid at the counter instead"}, follow=True)

    finding.refresh_from_db()
    assert (finding.state, finding.words) == ("EXPLAINED", "paid at the counter instead")
    assert "Explained." in done.content.decode()
    assert "paid at the counter instead" in platform.get(page).content.decode()
