"""What is wrong with a feed, and what is only odd: file, line, column and reason, in any language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal

MOST_FAULTS = 100
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing about a feed. Line 0 is the file as a whole; no file, the zip as a whole."""

    file: str
    line: int
    column: str
    message: str | Promise
    facts: dict[str, Any]

    @property
    def reason(self) -> str:
        """Why, in the active language. Long values of the feed are cut."""
        shown = {name: _short(value) for name, value in self.facts.items()}
        return str(self.message) % shown

    def __str__(self) -> str:
        where = gettext("%(file)s, line %(line)s") if self.line else "%(file)s"
        where = where % {"file": self.file, "line": self.line}
        if self.column:
            where = gettext("%(where)s, column %(column)s") % {
                "where": where,
                "column": self.column,
            }
        return f"{where}: {self.reason}" if where else self.reason


@dataclass(slots=True)
class Report:
    """Faults (the feed is refused) and notes (it is not): the first ``most`` of each, and how many."""

    most: int = MOST_FAULTS
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    notes: list[Fault] = field(default_factory=list)
    note_count: int = 0

    def refuse(self, fault: Fault) -> None:
        self.fault_count += 1
        if len(self.faults) < self.most:
            self.faults.append(fault)

    def note(self, fault: Fault) -> None:
        self.note_count += 1
        if len(self.notes) < self.most:
            self.notes.append(fault)


class BadFeed(Refusal):
    """The feed does not hold as a whole; nothing of it is used. ``report`` says what is wrong."""

    status = 400
    message = _("The feed is refused. Mistakes in it: %(count)s.")

    def __init__(self, report: Report) -> None:
        super().__init__(count=report.fault_count)
        self.report = report


def _short(value: Any) -> Any:
    return value[:_MOST_SHOWN] if isinstance(value, str) else value
