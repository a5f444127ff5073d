"""The loader of connections: which trains a region's lines are timed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kernel.places.loading import Folder, RegionFacts, Row, Tally, merge, provenance
from kernel.places.models import Place, Region
from transport.lines.models import TRAIN_NUMBER, Connection, ConnectionRule, ShuttleLine
from transport.lines.models.connections import MOST_TRANSFER_MIN, MOST_WAIT_MIN

FILE = "shuttle_connections.csv"
_COLUMNS = (
    *("line_id", "node_id", "station", "train_no", "arrival", "transfer_min", "rule", "wait_min"),
    *("source", "confidence"),
)
_RULES = {"rebook": ConnectionRule.REBOOK, "wait": ConnectionRule.WAIT}

Values = dict[str, Any]


class ConnectionsLoader:
    """Reads shuttle_connections.csv, where there is one; its lines and places are loaded before."""

    name = "connections"

    def check(self, folder: Folder, facts: RegionFacts) -> list[Values]:
        return folder.sheet(FILE, _connection, columns=_COLUMNS) if folder.has(FILE) else []

    def write(self, parsed: Sequence[Values], *, region: Region, at: datetime) -> Sequence[Tally]:
        lines = dict(ShuttleLine.objects.filter(region=region).values_list("slug", "pk"))
        places = dict(Place.objects.filter(region=region).values_list("slug", "pk"))
        rows = [
            {
                **{key: value for key, value in row.items() if key not in ("line", "place")},
                "line_id": lines[row["line"]],
                "trip_id": None,
                "place_id": places[row["place"]],
            }
            for row in parsed
        ]
        key = ("line_id", "trip_id", "place_id", "train_number")
        return [merge(Connection.objects.filter(line__region=region), key=key, rows=rows)]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        """Nothing of it is laid out by days."""
        return 0

    def horizon(self, *, region: Region) -> date | None:
        return None


def _connection(row: Row) -> Values:
    line = row.code("line_id").lower()
    if row.is_good and ("line", line) not in row.folder.names:
        row.bad("line_id", _("there is no line “%s”") % line)
    number = row.text("train_no", most=8, blank=True)
    row.define("connection", "train_no", f"{line}/{row.cells['node_id']}/{number}")
    rule = _RULES.get(row.choice("rule", _RULES), ConnectionRule.REBOOK)
    least_wait = 1 if rule == ConnectionRule.WAIT else 0
    return {
        "line": line,
        "place": row.ref("node_id", "place"),
        "station": row.text("station", most=40),
        "train_number": _number(row, number),
        "arrives_s": _arrives_s(row),
        "transfer_min": row.whole("transfer_min", most=MOST_TRANSFER_MIN),
        "rule": rule,
        "wait_min": row.whole("wait_min", least=least_wait, most=MOST_WAIT_MIN),
        **provenance(row),
    }


def _number(row: Row, number: str) -> str:
    try:
        TRAIN_NUMBER(number)
    except ValidationError as error:
        row.bad("train_no", error.messages[0])
    return number


def _arrives_s(row: Row) -> int | None:
    if row.is_blank("arrival"):
        return None
    arrives = row.clock("arrival")
    return arrives.hour * 3600 + arrives.minute * 60
