"""Money is whole fen wherever it is worked out (F20), and no price knows who asks (MKT-08)."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from bookings.pricing import groups, lists

BASE = Path(settings.BASE_DIR)
HOUSES = ("bookings", "tourism", "transport", "shop")
NOT_MONEY = {
    "bookings/desk/views/blocks.py": "a moment",
    "bookings/gates/queries/board.py": "seconds",
    "bookings/gates/views/api.py": "seconds",
    "bookings/gates/views/app.py": "a folder",
    "bookings/invoices/fakes/keys.py": "a folder",
    "bookings/invoices/fakes/nuonuo.py": "a folder",
    "bookings/invoices/fakes/server.py": "seconds",
    "bookings/orders/operations/sold_out.py": "seconds",
    "bookings/payments/breaker.py": "seconds",
    "bookings/payments/providers/wechat/certificates.py": "seconds",
    "bookings/payments/sandbox_server.py": "another party's own",
    "bookings/payments/fakes/bills.py": "a moment",
    "bookings/payments/fakes/desk.py": "another party's own",
    "bookings/payments/fakes/keys.py": "a folder",
    "bookings/waiting/fairness.py": "shares of pairs",
    "bookings/waiting/words.py": "minutes",
    "bookings/waitlist/history.py": "days",
    "bookings/waitlist/odds.py": "chances",
    "bookings/waitlist/queries/chances.py": "days",
    "tourism/areas/loading/rows.py": "degrees",
    "tourism/crowd/board.py": "a drawing",
    "transport/feeds/distances.py": "metres",
    "transport/feeds/exporting/trips.py": "metres",
    "transport/feeds/gtfs/checking/shapes.py": "a distance",
    "transport/feeds/gtfs/checking/stations.py": "degrees",
    "transport/feeds/gtfs/checking/trips.py": "a distance",
    "transport/feeds/gtfs/kinds.py": "degrees and distances",
    "transport/feeds/gtfs/rows/stations.py": "metres",
    "transport/feeds/gtfs/times.py": "shares of a way",
    "transport/feeds/meanings.py": "degrees",
    "transport/feeds/operations/importing.py": "degrees",
    "transport/rides/wording.py": "minutes",
    "transport/telematics/following.py": "degrees and metres",
    "transport/telematics/models.py": "degrees",
    "transport/telematics/operations/positions.py": "degrees",
    "transport/telematics/reading.py": "degrees",
    "transport/trains/fakes/keys.py": "a folder",
    "transport/trains/fakes/server.py": "seconds",
    "transport/feeds/operations/stop_lists.py": "degrees",
    "transport/direct/queues.py": "people and minutes",
    "transport/direct/waits.py": "people and minutes",
}
"""Files in which a float is something else than money, and what."""

DISPATCH = BASE / "transport/dispatch"
"""Seconds, metres and weights throughout; it charges nobody."""

PERSON = {"actor", "user", "person", "buyer", "request", "traveller", "traveller_id", "payer"}


def sources() -> Iterator[Path]:
    yield BASE / "kernel/money.py"
    for house in HOUSES:
        for path in (BASE / house).rglob("*.py"):
            if "migrations" not in path.parts and DISPATCH not in path.parents:
                yield path


def floats(tree: ast.AST) -> list[int]:
    """The lines on which a float may come into being: division, float(), round(), 0.5, FloatField."""
    return sorted({node.lineno for node in ast.walk(tree) if _is_float(node)})  # type: ignore[attr-defined]


def _is_float(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return True
        case ast.Constant(value=float()):
            return True
        case (
            ast.Name(id="float" | "round" | "FloatField", ctx=ast.Load())
            | ast.Attribute(attr="FloatField")
        ):
            return True
        case ast.alias(name="FloatField"):
            return True
    return False


def test_no_float_comes_near_money():
    found = {str(path.relative_to(BASE)): floats(ast.parse(path.read_text())) for path in sources()}

    assert len(found) > 250
    assert {path for path, lines in found.items() if lines} == set(NOT_MONEY)


@pytest.mark.parametrize(
    "code",
    [
        "x = a / 2", "x /= 2", "x = float(a)", "x = round(a)", "x = a * 0.001", "x = models.FloatField()",
        "from django.db.models import FloatField", "x = map(float, a)",
    ],
)  # fmt: skip
def test_this_test_sees_floats(code):
    assert floats(ast.parse(code)) == [1]


@pytest.mark.parametrize("module", [groups, lists])
def test_a_price_function_takes_no_person(module):
    functions = [
        each for _name, each in inspect.getmembers(module, inspect.isfunction)
        if each.__module__ == module.__name__
    ]  # fmt: skip
    assert functions
    for function in functions:
        assert set(inspect.signature(function).parameters) & PERSON == set(), function
