"""A form in a part of a page has its token: an include with ``only`` hands on only what it names."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
_INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"([^%]*?)\bonly\s*%}')
_TOKEN = "{% csrf_token %}"


def forgetful(source: str, has_form: set[str]) -> list[str]:
    """The parts with forms that a template includes without their token."""
    found = _INCLUDE.findall(source)
    return [name for name, more in found if name in has_form and "csrf_token=" not in more]


def test_no_form_loses_its_token():
    sources = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.html")
    }
    has_form = {name for name, source in sources.items() if _TOKEN in source}

    assert len(has_form) > 20
    lost = {name: some for name, text in sources.items() if (some := forgetful(text, has_form))}
    assert lost == {}


@pytest.mark.parametrize(
    ("more", "expected"), [("", ["a.html"]), ("csrf_token=csrf_token", [])]
)
def test_a_form_without_its_token_is_found(more, expected):
    assert forgetful(f'{{% include "a.html" with x=1 {more} only %}}', {"a.html"}) == expected
