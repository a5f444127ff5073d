"""The one way a room says no: a `Refusal`, declared beside the verb that raises it.

A refusal carries a stable `code` for machines, a translated `reason` for people and the `facts`
behind both. Views and the partner API turn it into a page or into problem+json; nobody parses text.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar, Self
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.moments import day_words, moment_words
from kernel.money import yuan

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class Refusal(Exception):
    """An expected "no". Subclasses set `message` and, when 409 does not fit, `status`.

    `message` is a lazy gettext format string over the facts (`"Only %(left)s left"`). A fact named
    `..._fen` is integer fen: it reads as a price and stays an integer for machines. A moment reads on
    the clock of its own zone. `field` names
    the form field that the refusal is about.
    """

    code: ClassVar[str] = "refusal"
    status: ClassVar[int] = 409
    message: ClassVar[str | Promise] = _("This cannot be done.")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = _WORD_START.sub("_", cls.__name__).lower()

    def __init__(self, *, field: str | None = None, **facts: Any) -> None:
        super().__init__()
        self.field = field
        self._facts = facts
        self.items: tuple[int, ...] = ()

    def about(self, items: Iterable[int]) -> Self:
        """The same, and which of several things asked for it is about, by their places."""
        self.items = tuple(items)
        return self

    @property
    def reason(self) -> str:
        """The message in the active language, with its facts filled in."""
        readable = {name: _readable(name, value) for name, value in self._facts.items()}
        return str(self.message) % readable

    @property
    def facts(self) -> dict[str, Any]:
        """The facts as JSON can carry them (times as ISO 8601, money as integer fen)."""
        return {name: _plain(value) for name, value in self._facts.items()}

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self._facts else self.code


class BadInput(Refusal):
    """What was sent cannot be read at all. ``label`` is what people call the field, if they see it."""

    status = 400
    message = _("Something in the request cannot be read. Check it and send it again.")
    labelled_message = _("“%(label)s” cannot be read. Check it and send it again.")

    def __init__(
        self, *, field: str | None = None, label: str | Promise = "", **facts: Any
    ) -> None:
        super().__init__(field=field, **facts)
        self.label = label

    @property
    def reason(self) -> str:
        """By the label of the field, where it has one: its name is for machines."""
        return str(self.labelled_message) % {"label": self.label} if self.label else super().reason


class NotFound(Refusal):
    """There is nothing here, or nothing that this person may see."""

    status = 404
    message = _("There is nothing here.")


class TooMany(Refusal):
    """A limit on attempts. `retry_after` is in seconds."""

    status = 429
    message = _("That was too often. Wait a moment, then try again.")

    def __init__(self, *, retry_after: int = 60, field: str | None = None, **facts: Any) -> None:
        super().__init__(field=field, retry_after=retry_after, **facts)
        self.retry_after = retry_after


class Busy(Refusal):
    """Others hold what this needs; nothing was changed. `retry_after` is in seconds."""

    status = 503
    message = _("It is busy right now. Nothing was changed; try again in a moment.")

    def __init__(self, *, retry_after: int = 2, field: str | None = None, **facts: Any) -> None:
        super().__init__(field=field, retry_after=retry_after, **facts)
        self.retry_after = retry_after


def _readable(name: str, value: Any) -> Any:
    if name.endswith("_fen") and isinstance(value, int):
        return f"¥{yuan(value)}"
    if isinstance(value, datetime):
        return moment_words(value)
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Promise | UUID | Decimal):
        return str(value)
    return value
