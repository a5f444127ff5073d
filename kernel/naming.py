"""Names in both languages, and how one of them is chosen."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

ZH, EN = "zh-hans", "en"


def say(words: Mapping[str, str]) -> str:
    """The text in the active language; where there is none, in the other."""
    language = EN if (get_language() or ZH).startswith("en") else ZH
    return words.get(language) or words.get(ZH) or words.get(EN) or ""


class Named(models.Model):
    """Something with a Chinese and an English name."""

    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> dict[str, str]:
        """The names by language code."""
        return {ZH: self.name_zh, EN: self.name_en}

    @property
    def name(self) -> str:
        """The name in the active language."""
        return say(self.words)
