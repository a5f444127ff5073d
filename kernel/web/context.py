"""What every template may count on."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, get_language_from_path, get_language_info


@dataclass(frozen=True, slots=True)
class Language:
    """A language that this page can also be read in. `name` is in that language itself."""

    code: str
    name: str
    url: str


def site(request: HttpRequest) -> dict[str, Any]:
    """`lang` (BCP 47, for `<html lang>`), and `other_languages` with the same page's address."""
    active = get_language() or settings.LANGUAGE_CODE
    path = request.get_full_path()
    others = [
        Language(bcp47(code), get_language_info(code)["name_local"], same_page(path, code))
        for code, _name in settings.LANGUAGES
        if code != active
    ]
    return {"lang": bcp47(active), "other_languages": others}


def bcp47(code: str) -> str:
    """Django's "zh-hans" as readers of `lang` expect it: "zh-Hans"."""
    language, _, script = code.partition("-")
    return f"{language}-{script.title()}" if len(script) == 4 else code


def same_page(path: str, code: str) -> str:
    """The same page in another language; an unknown page keeps its path behind the new prefix."""
    translated = translate_url(path, code)
    prefixed = get_language_from_path(path)
    if translated != path or not prefixed:
        return translated
    return f"/{code}/{path.lstrip('/').partition('/')[2]}"
