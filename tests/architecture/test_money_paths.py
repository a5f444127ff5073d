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
ROOMS = (
    "pricing", "ledger", "refunds", "orders", "dues", "deposits", "shares", "balance", "inventory",
    "fulfilment", "payments", "baskets",
)  # fmt: skip
OTHER_SIDE = ("sandbox_server.py", "fakes")
"""Outside parties' stand-ins: their money is not ours."""

PERSON = {"actor", "user", "person", "buyer", "request", "traveller", "traveller_id", "payer"}


def sources() -> Iterator[Path]:
    yield from (
        BASE / "kernel/money.py",
        BASE / "bookings/terms.py",
        BASE / "bookings/contracts.py",
    )
    for room in ROOMS:
        for path in (BASE / "bookings" / room).rglob("*.py"):
            if not {"migrations", *OTHER_SIDE} & set(path.parts):
                yield path


def floats(tree: ast.AST) -> list[int]:
    """The lines on which a float may come into being: division, float(), round()."""
    found = []
    for node in ast.walk(tree):
        is_division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
        is_call = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("float", "round")
        )
        if is_division or is_call:
            found.append(node.lineno)
    return found


def test_no_float_comes_near_money():
    found = {str(path): floats(ast.parse(path.read_text())) for path in sources()}

    assert len(found) > 80
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("code", ["x = a / 2", "x /= 2", "x = float(a)", "x = round(a)"])
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
