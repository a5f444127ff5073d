"""What import contracts cannot see: foreign keys, names, sizes, tasks, translations."""

from __future__ import annotations

import gettext
import inspect
import re
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.db.models import ForeignKey

BASE = Path(__file__).resolve().parents[2]
HOUSES = ["kernel", "accounts", "bookings", "tourism", "transport", "portal"]
SELLERS_WORDS = re.compile(
    r"\b(ticket|shuttle|hotel|scenic|cableway|mug|room[- ]night)s?\b", re.IGNORECASE
)


def house_of(model: type) -> str:
    return model.__module__.split(".")[0]


def our_models() -> list[type]:
    return [model for model in apps.get_models() if house_of(model) in HOUSES]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_or_stay_home(model):
    for field in model._meta.get_fields():
        if isinstance(field, ForeignKey) and house_of(field.related_model) in HOUSES:
            target = HOUSES.index(house_of(field.related_model))
            assert target <= HOUSES.index(house_of(model)), f"{model} -> {field.related_model}"


def python_files(*folders: str) -> list[Path]:
    return [p for folder in folders for p in sorted((BASE / folder).rglob("*.py"))]


def test_the_core_names_no_seller():
    found = [
        f"{path.relative_to(BASE)}: {match[0]}"
        for path in python_files("bookings")
        if "migrations" not in path.parts
        for match in SELLERS_WORDS.finditer(path.read_text())
    ]

    assert found == []


def test_no_file_outgrows_five_hundred_lines():
    long = [
        str(path.relative_to(BASE))
        for path in python_files(*HOUSES, "config")
        if "migrations" not in path.parts and len(path.read_text().splitlines()) > 500
    ]

    assert long == []


def test_no_floating_point_near_money():
    floats = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.get_internal_type() in ("FloatField", "DecimalField")
        if field.name.endswith("_fen") or "price" in field.name
    ]

    assert floats == []


def test_every_task_is_keyword_only_and_takes_more():
    current_app.loader.import_default_modules()
    ours = {name: task for name, task in current_app.tasks.items() if name.split(".")[0] in HOUSES}

    assert ours
    for name, task in ours.items():
        kinds = [p.kind for p in inspect.signature(task.run).parameters.values()]
        assert kinds[-1] is inspect.Parameter.VAR_KEYWORD, name
        assert inspect.Parameter.POSITIONAL_OR_KEYWORD not in kinds, name


def test_the_compiled_translations_are_those_of_the_source():
    folder = BASE / "locale" / "zh_Hans" / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    source = (folder / "django.po").read_text(encoding="utf-8")
    entries = len(re.findall(r"^msgid ", source, re.MULTILINE)) - 1

    known = {str(key) for key in compiled._catalog if key}
    assert len(known) == entries
    assert "#, fuzzy" not in source
    assert not re.search(r'^msgstr ""\n\n', source, re.MULTILINE)
