"""What the pages ask for exists, and nothing on them breaks the content policy."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from bookings.gates.views import app

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"
ICONS = set(re.findall(r'symbol id="([\w-]+)"', (STATIC / "img/icons.svg").read_text()))
OFFICE = STATIC / "css/office.css"


def tokens_in(text: str) -> set[str]:
    return set(re.findall(r"(--[\w-]+):", text))


TOKENS = tokens_in((STATIC / "css/tokens.css").read_text())
SKIN = tokens_in(Path(str(finders.find("unfold/css/styles.css"))).read_text())
"""What the skin of the back office brings."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_compiles_and_finds_its_files_and_icons(path: Path) -> None:
    text = path.read_text()

    get_template(str(path.relative_to(settings.BASE_DIR / "templates")))

    assert all(finders.find(name) for name in re.findall(r"{% static '([^']+)' %}", text))
    assert set(re.findall(r'{% icon "([\w-]+)"', text)) <= ICONS


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_keeps_to_the_content_policy(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_a_style_uses_only_tokens_that_exist(path: Path) -> None:
    text = path.read_text()
    known = (SKIN if path == OFFICE else TOKENS) | tokens_in(text)

    assert set(re.findall(r"var\((--[\w-]+)", text)) <= known
    assert "url(" not in text.replace("url(#", "")


def test_every_style_is_linked() -> None:
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    linked = "".join(page.read_text() for page in pages) + " ".join(app._FILES)
    linked += "".join(style(None) for style in settings.UNFOLD["STYLES"])

    missing = [p for p in STATIC.glob("css/**/*.css") if str(p.relative_to(STATIC)) not in linked]

    assert missing == []
