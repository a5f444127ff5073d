"""Everything a person reads is in the catalogue of Simplified Chinese, and translated."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation.template import templatize

HOUSES = ("kernel", "accounts", "bookings", "tourism", "transport", "shop", "portal", "config")
PLAIN, PLURAL = {"_", "gettext", "gettext_lazy"}, {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
TEMPLATED = re.compile(r"(n?p?gettext)\((.*?)\) ", re.DOTALL)


def python_files() -> list[Path]:
    return [path for house in HOUSES for path in sorted((settings.BASE_DIR / house).rglob("*.py"))]


def templates() -> list[Path]:
    return sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def messages_of(tree: ast.AST) -> Iterator[str | tuple[str, int]]:
    """What a module says, as keys of a GNU catalogue."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        words = [word for word in words if isinstance(word, str)]
        if node.func.id in PLAIN and words:
            yield words[0]
        elif node.func.id in PLURAL and words:
            yield (words[0], 0)
        elif node.func.id in IN_CONTEXT and len(words) > 1:
            yield f"{words[0]}\x04{words[1]}"


def said() -> dict[str | tuple[str, int], Path]:
    found: dict[str | tuple[str, int], Path] = {}
    for path in python_files():
        for message in messages_of(ast.parse(path.read_text())):
            found.setdefault(message, path)
    for path in templates():
        for call in TEMPLATED.finditer(templatize(path.read_text())):
            for message in messages_of(ast.parse(f"{call[1]}({call[2]})")):
                found.setdefault(message, path)
    return found


@pytest.fixture(scope="module")
def catalogue() -> dict[str | tuple[str, int], str]:
    path = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def test_the_walk_finds_what_is_said():
    found = said()

    assert "Cart" in found
    assert any(isinstance(message, tuple) for message in found)
    assert len(found) > 1000


def test_everything_said_is_translated(catalogue):
    missing = {
        message: path.relative_to(settings.BASE_DIR)
        for message, path in said().items()
        if not catalogue.get(message)
    }

    assert missing == {}


def test_words_are_marked_by_names_that_makemessages_knows():
    aliases = {
        (path.name, alias.asname)
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname and "gettext" in alias.name
    }

    assert {name for _file, name in aliases} == {"_"}
