"""What the rooms write into the books has words that people read: every memo, every kind of account."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from bookings.ledger.telling import KINDS, MEMOS

ROOMS = settings.BASE_DIR / "bookings"
UNTIL_KNOWN = "dispute "
"""How a dispute stands comes from the provider: open, won, lost."""


def modules() -> Iterator[ast.Module]:
    for path in sorted(ROOMS.rglob("*.py")):
        if not {"migrations", "invariants"} & set(path.parts):
            yield ast.parse(Path(path).read_text())


def first_words(node: ast.expr) -> str:
    """A text, or what a formatted one begins with."""
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""


def places() -> dict[str, int]:
    """Where the functions that book something take their ``memo``."""
    found = {"NewEntry": 2}
    for module in modules():
        for node in ast.walk(module):
            names = (
                [each.arg for each in node.args.args] if isinstance(node, ast.FunctionDef) else []
            )
            if "memo" in names:
                found[node.name] = names.index("memo")
    return found


def memos(module: ast.Module, taken_at: dict[str, int]) -> Iterator[str]:
    """What is given as ``memo``, by name or in its place."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield from (first_words(each.value) for each in node.keywords if each.arg == "memo")
            if name in taken_at and len(node.args) > taken_at[name]:
                yield first_words(node.args[taken_at[name]])


def kinds(module: ast.Module) -> Iterator[str]:
    """What the first of a pair begins with, up to its colon: (account, fen)."""
    for node in ast.walk(module):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            kind, colon, _which = first_words(node.elts[0]).partition(":")
            if colon and kind.replace("-", "").isalpha() and kind != "user":
                yield kind


def test_every_memo_has_words():
    taken_at = places()
    written = {memo for module in modules() for memo in memos(module, taken_at)} - {"", UNTIL_KNOWN}

    assert len(written) > 20
    assert written - MEMOS.keys() == set()
    assert {memo for memo in MEMOS if not memo.startswith(UNTIL_KNOWN)} - written == set()


def test_every_kind_of_account_has_words():
    written = {kind for module in modules() for kind in kinds(module)}

    assert len(written) > 10
    assert written - KINDS.keys() == set()
