"""Ask every rule of every room whether it holds. Exit 1 when one does not, 2 on an unmigrated database.

With ``--self-test`` the rules themselves are tried, on a cluster of their own that is thrown away:
a small day is played and must break none; then each rule's breach is planted and must be found.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import rehearsal
from config.management.figures import Figures, add_json
from kernel import clock, invariants
from kernel.places.models import Region

SLUG = "huangshan"
_DAYS = 3


class Command(BaseCommand):
    help = "Check that stock, orders, payments, ledger, vouchers and outbox agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_json(parser)
        parser.add_argument(
            "--self-test",
            action="store_true",
            help="play a small day on servers of its own, plant a breach of every rule, find them all",
        )

    def handle(self, *, json: Path | None, self_test: bool, **_options: Any) -> None:
        if _is_unmigrated():
            self.stderr.write("The database is not migrated: run `manage.py migrate` first.")
            sys.exit(2)
        out = Figures(self, json)
        report = self._try_rules() if self_test else self._ask_rules()
        out.write(report)
        if report["violations"] or report.get("found") != report.get("planted"):
            sys.exit(1)

    def _ask_rules(self, at: datetime | None = None) -> dict[str, Any]:
        found = invariants.check_all(at=at or clock.now())
        for violation in found:
            self._say(f"{violation.rule}: {violation.row}")
        self._say(f"{len(invariants.codes())} rules, {len(found)} violations")
        rows = [{"rule": violation.rule, "row": violation.row} for violation in found]
        return {"violations": len(found), "rows": rows}

    def _try_rules(self) -> dict[str, Any]:
        if not settings.QUANYU_THROWAWAY:
            raise CommandError("The self-test runs on servers of its own only.")
        self._say("Loading the region …")
        call_command("load_region", SLUG, days=_DAYS, stdout=self.stdout)
        self._say("Playing a small day …")
        with rehearsal.sandbox():
            end = rehearsal.Rehearsal(Region.objects.get(slug=SLUG)).play(at=clock.now())
        before = self._ask_rules(at=end)
        results = {code: self._try_rule(code, end) for code in invariants.codes()}
        self._say(f"{len(results)} breaches planted, {sum(results.values())} found")
        return {"planted": len(results), "found": sum(results.values()), **before}

    def _try_rule(self, code: str, at: datetime) -> bool:
        is_found = invariants.find_breach(code, at=at)
        self._say(f"  {code:<28} {'found' if is_found else 'NOT FOUND'}")
        return is_found

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _is_unmigrated() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
