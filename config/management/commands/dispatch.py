"""Draw a dispatching problem's plan. Needs no servers: a problem is a file.

Exit 0: the picture is written. Exit 1: the file is no problem, names the field that is wrong.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from transport.dispatch.solver import replay
from transport.dispatch.solver.model import Plan, Problem

_MOST_CPU_S = 3600
_LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


class Command(BaseCommand):
    help = "Dispatching problems as files: `draw` makes a picture (SVG) of one's plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="draw")
        draw = verbs.add_parser("draw", help="the map, the vehicles over time, the load over time")
        draw.add_argument("file", type=Path, metavar="PROBLEM.json")
        draw.add_argument("--out", type=Path, metavar="FILE", help="PROBLEM.svg beside the problem")
        draw.add_argument("--lang", choices=_LANGUAGES, help="of the labels (the active language)")
        draw.add_argument(
            "--cpu-seconds", type=float, default=2.0,
            help="to plan in, where the file has no plan (%(default)s)",
        )  # fmt: skip

    def handle(self, *, file: Path, **options: Any) -> None:
        from transport.dispatch import drawing

        if not 0 < options["cpu_seconds"] <= _MOST_CPU_S:
            raise CommandError(f"--cpu-seconds: more than 0 and at most {_MOST_CPU_S}")
        with translation.override(options["lang"] or translation.get_language()):
            try:
                saved = replay.load(file.read_bytes())
                if saved.problem is None:
                    raise replay.BadReplay("problem", "is missing")
                plan = saved.plan or _planned(saved.problem, options["cpu_seconds"])
                out = options["out"] or file.with_suffix(".svg")
                out.write_text(drawing.draw(saved.problem, plan), encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{error.filename or file}: {error.strerror}") from None
            except ValueError as error:
                raise CommandError(f"{file}: {error}") from None
        self.stdout.write(f"{out}")


def _planned(problem: Problem, cpu_s: float) -> Plan:
    """By the day-ahead search; the solver is imported only where it is needed."""
    from transport.dispatch.solver import dayahead

    return dayahead.plan(problem, cpu_s=cpu_s)
