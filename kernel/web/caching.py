"""Answers that nobody may keep."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.http.response import HttpResponseBase

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)

_NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"


def never_cache(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """What Django's decorator of this name says, as one constant: it weighs every header of an answer."""

    @wraps(view)
    def unkept(*args: P.args, **kwargs: P.kwargs) -> Answer:
        response = view(*args, **kwargs)
        response.headers["Cache-Control"] = _NEVER
        return response

    return unkept
