"""Compare a payment service's file with what we know. Exit 1 when something is off, 2 when it is unreadable.

The file is what the service itself hands out: Alipay's 业务明细 (zip or CSV), WeChat Pay's trade bill,
Stripe's itemised report. The same file again changes nothing and says what was found.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from bookings.payments import bills
from bookings.settlement import operations as settlement
from bookings.settlement.models import Off
from config.management.figures import Figures, add_json
from kernel import clock

_MOST = 100
"""Findings on the screen; all of them are in the back office and in the JSON."""

_ZONES = {"stripe": "UTC"}
_CHINA = "Asia/Shanghai"


class Command(BaseCommand):
    help = "Reconcile a payment service's file with our payments and refunds, row by row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--provider", choices=sorted(bills.READERS), required=True)
        add_json(parser)
        parser.add_argument("--first", type=date.fromisoformat, help="first day of the file")
        parser.add_argument("--last", type=date.fromisoformat, help="last day of the file")

    def handle(self, *, file: Path, provider: str, **options: Any) -> None:
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from None
        try:
            compared = settlement.reconcile(
                provider=provider, raw=raw, name=file.name, actor="system", at=clock.now(),
                period=_period(provider, options["first"], options["last"]),
            )  # fmt: skip
        except bills.NotABill as no:
            raise CommandError(f"{file}: {no.reason}", returncode=2) from None
        report = _report(compared)
        out = Figures(self, options["json"])
        self._tell(report)
        out.write(report)
        if compared.found:
            sys.exit(1)

    def _tell(self, report: dict[str, Any]) -> None:
        again = " (read before: nothing was done)" if report["is_repeat"] else ""
        say = self.stdout.write
        say(f"{report['provider']} {report['file']}{again}")
        say(f"{report['rows']} rows, {report['since']} to {report['until']}")
        for word in ("payments", "refunds", "fees"):
            say(f"  {word:<10}{report[f'{word}_fen']:>16} fen")
        if report["is_late"]:
            say("  The file came late: its days were over for more than two.")
        if report["is_short"]:
            say("  The file broke off, or its days are not over: get it again.")
        for off in Off.values:
            say(f"  {off:<10}{report['found'].get(off, 0):>6}  {Off(off).label}")
        for each in report["findings"][:_MOST]:
            say(f"    {each['off']} line {each['line']}: {each['theirs']} | {each['ours']}")


def _period(provider: str, first: date | None, last: date | None) -> Any:
    if first is None or last is None:
        if first or last:
            raise CommandError("--first and --last belong together.", returncode=2)
        return None
    zone = ZoneInfo(_ZONES.get(provider, _CHINA))
    return (
        datetime.combine(first, time(), tzinfo=zone),
        datetime.combine(last + timedelta(days=1), time(), tzinfo=zone),
    )


def _report(compared: settlement.Compared) -> dict[str, Any]:
    bill = compared.bill
    fields = (
        "provider", "rows", "other_rows", "payments_fen", "refunds_fen", "fees_fen", "is_late",
        "is_short",
    )  # fmt: skip
    findings = bill.findings.order_by("pk")
    return {
        "file": bill.name,
        **{name: getattr(bill, name) for name in fields},
        "since": bill.since and bill.since.astimezone(UTC).isoformat(),
        "until": bill.until and bill.until.astimezone(UTC).isoformat(),
        "is_repeat": compared.is_repeat,
        "found": dict(compared.found),
        "findings": list(
            findings.values("off", "line", "attempt_id", "refund_id", "theirs", "ours", "state")
        ),
    }
