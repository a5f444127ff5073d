"""At the platform's desk: a contract's new version is seen before it is agreed, a finding is explained."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from bookings.payments.fakes.bills import Moved, alipay
from tests.e2e.conftest import DESK, PHONE, Open

ADD = "ops/bookings_settlement/contract/add/"


@pytest.mark.parametrize(("size", "language"), [(PHONE, "zh-hans"), (DESK, "en")])
def test_a_version_of_a_contract_is_agreed(open_as: Open, site: str, size, language):
    page = open_as("platform", size, language)
    page.goto(f"/{language}/{ADD}")
    page.select_option("[name=organisation]", index=1 if size == DESK else 2)
    page.fill("[name=valid_from]", "2030-01-01")
    page.fill("[name=guarantee_fen]", "5000")
    page.fill("[name=rate-0-permille]", "12.5")
    page.fill("[name=rate-0-per_part_fen]", "0.5")
    page.fill("[name=rate-0-steps]", "100000:10 500000:8")

    page.locator("#content-main button[type=submit]").click()
    page.wait_for_selector("[name=shown_terms]")
    shown = page.locator("#content-main table").inner_text()
    page.locator("[name=shown_terms]").click()
    page.wait_for_url("**/change/**")

    assert "12.5" in shown
    assert "¥5,000" in page.locator("#content-main").inner_text()


def test_a_finding_is_explained(open_as: Open, site: str, tmp_path: Path):
    row = Moved("2026x", "nobodys", 1200, datetime(2026, 10, 3, 4, tzinfo=UTC), 7)
    file = tmp_path / "alipay.csv"
    file.write_bytes(alipay([row], date(2026, 10, 3)))
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "reconcile", str(file)]
    ended = subprocess.run([*command, "--provider", "alipay"], check=False, capture_output=True)
    assert ended.returncode == 1

    page = open_as("platform", DESK)
    page.goto("/en/ops/bookings_settlement/finding/?state__exact=OPEN")
    page.get_by_role("link", name="in the file, and unknown to us").click()
    page.get_by_role("link", name="Say what it was").click()
    page.fill("[name=words]", "of another terminal of ours")
    page.locator("#content-main button[type=submit]").click()
    page.wait_for_url("**/change/**")

    assert "of another terminal of ours" in page.locator("#content-main").inner_text()
