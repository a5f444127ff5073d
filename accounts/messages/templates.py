"""What may be said: texts with fixed placeholders, registered by the rooms that say them.

``{word}`` is filled in only where the template declares the word; everything else stays as it is
written. Nothing is looked up inside a value: "{a.__class__}" is just text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Template:
    """One text. ``subject`` is used by e-mail; a short message has only the body.

    ``is_secret`` means that the text opens something: it is wiped as soon as it was sent.
    """

    name: str
    body: str | Promise
    placeholders: frozenset[str]
    subject: str | Promise = ""
    is_secret: bool = False


_templates: dict[str, Template] = {}


def register(template: Template) -> None:
    """Add a text under its name, from AppConfig.ready()."""
    if template.name in _templates:
        raise ValueError(f"there is a template {template.name} already")
    _templates[template.name] = template


def get(name: str) -> Template:
    """The template of this name; KeyError where a room forgot to register it."""
    return _templates[name]


def fill(text: str, facts: Mapping[str, object], placeholders: frozenset[str]) -> str:
    """Put the facts where the declared placeholders stand."""
    return _PLACEHOLDER.sub(
        lambda match: str(facts[match[1]]) if match[1] in placeholders else match[0], text
    )


def write(template: Template, facts: Mapping[str, object], language: str) -> tuple[str, str]:
    """Subject (one line) and body in a language, without control characters."""
    missing = template.placeholders - facts.keys()
    if missing:
        raise KeyError(f"{template.name} wants {sorted(missing)}")
    with translation.override(language):
        subject = fill(str(template.subject), facts, template.placeholders)
        body = fill(str(template.body), facts, template.placeholders)
    return " ".join(_CONTROL.sub(" ", subject).split()), _CONTROL.sub(" ", body)
