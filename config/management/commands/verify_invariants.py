"""Ask every rule of every room whether it holds. Exit 1 when one does not, 2 on an unmigrated database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kernel import clock, invariants


class Command(BaseCommand):
    help = "Check that stock, orders, payments, ledger, vouchers and outbox agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there")

    def handle(self, *, json: Path | None, **_options: Any) -> None:
        if _is_unmigrated():
            self.stderr.write("The database is not migrated: run `manage.py migrate` first.")
            sys.exit(2)
        found = invariants.check_all(at=clock.now())
        for violation in found:
            self.stdout.write(f"{violation.rule}: {violation.row}")
        self.stdout.write(f"{len(invariants.codes())} rules, {len(found)} violations")
        if json:
            _write(json, found)
        if found:
            sys.exit(1)


def _is_unmigrated() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _write(path: Path, found: list[invariants.Violation]) -> None:
    rows = [{"rule": violation.rule, "row": violation.row} for violation in found]
    path.write_text(json.dumps({"violations": len(found), "rows": rows}, indent=2))
