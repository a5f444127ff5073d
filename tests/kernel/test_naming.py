"""Names in two languages: the reader's, or the one there is."""

from __future__ import annotations

import pytest
from django.utils import translation

from kernel.naming import say
from tests.factories.kernel import PlaceFactory

BOTH = {"zh-hans": "黄山", "en": "Huangshan"}


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", "黄山"), ("en", "Huangshan"), ("en-gb", "Huangshan"), ("fr", "黄山")],
)
def test_the_readers_language_speaks(language, words):
    with translation.override(language):
        assert say(BOTH) == words


def test_with_no_language_active_it_is_chinese():
    with translation.override(None):
        assert say(BOTH) == "黄山"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"zh-hans": "黄山", "en": ""}, "黄山"),
        ({"zh-hans": "黄山"}, "黄山"),
        ({"en": "Huangshan"}, "Huangshan"),
        ({}, ""),
    ],
)
def test_where_one_is_missing_the_other_speaks(language, words, said):
    with translation.override(language):
        assert say(words) == said


def test_a_named_thing_reads_in_the_active_language():
    place = PlaceFactory.build(region=None, region_id=1, name_zh="黄山", name_en="Huangshan")

    assert (str(place), place.name, place.words) == ("Huangshan", "Huangshan", BOTH)
    with translation.override("zh-hans"):
        assert str(place) == "黄山"
