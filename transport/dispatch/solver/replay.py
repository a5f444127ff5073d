"""A problem or a plan as JSON and back, exactly: what was decided can be decided again elsewhere.

The fields are those of ``model``, ``null`` where there is none, sets and tuples as lists. Floats keep
every bit. A problem's file is ``{"format": "quanyu.dispatch/1", "problem": {…}, "plan": {…}}``, either
part may be missing. What is read may come from anybody: one sentence names the field that is wrong.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from transport.dispatch.solver.model import Plan, Problem

FORMAT = "quanyu.dispatch/1"
MAX_BYTES = 512 * 1024 * 1024


class BadReplay(ValueError):
    """The JSON is no problem or plan; ``field`` is where, as in ``problem.vehicles[2].capacities``."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field or 'file'}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Saved:
    """One file: a problem, a plan, or both."""

    format: str
    problem: Problem | None = None
    plan: Plan | None = None

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ValueError(f"format: must be {FORMAT!r}")


def dump(problem: Problem | None = None, plan: Plan | None = None) -> bytes:
    """The JSON of a problem, a plan or both, in UTF-8; the same values give the same bytes."""
    return msgspec.json.encode(Saved(FORMAT, problem, plan), enc_hook=_encode, order="sorted")


def load(raw: bytes) -> Saved:
    """Read what ``dump`` wrote, or anybody; BadReplay names the field."""
    if len(raw) > MAX_BYTES:
        raise BadReplay("", f"larger than {MAX_BYTES} bytes")
    try:
        _refuse_unknown(msgspec.json.decode(raw), Saved, "")
        return msgspec.json.decode(raw, type=Saved, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise _named(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadReplay("", f"is not JSON ({error})") from None
    except RecursionError:
        raise BadReplay("", "is nested too deeply") from None


def load_problem(raw: bytes) -> Problem:
    """The problem in a file; BadReplay if there is none."""
    problem = load(raw).problem
    if problem is None:
        raise BadReplay("problem", "is missing")
    return problem


def _encode(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise NotImplementedError(type(value).__name__)


def _decode(wanted: Any, value: Any) -> Any:
    """A list of numbers, or of such lists, as an array; msgspec says where it was."""
    if typing.get_origin(wanted) is not np.ndarray:
        raise NotImplementedError(str(wanted))
    try:
        rows = msgspec.convert(value, list[Any])
        deep = bool(rows) and isinstance(rows[0], list)
        checked = msgspec.convert(value, list[list[float]] if deep else list[float])
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        where = path.rstrip("`")
        raise ValueError(f"must be numbers ({where} {reason})".replace("( ", "(")) from None
    if deep and len({len(row) for row in rows}) != 1:
        raise ValueError("every row must have the same length")
    return np.array(checked, dtype=np.float64)


def _named(message: str) -> BadReplay:
    """msgspec's sentence ``reason - at `$.path``` and ours ``field: reason`` as one field and reason."""
    reason, _, path = message.partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    head, separator, tail = reason.partition(": ")
    if separator and " " not in head:
        return BadReplay(f"{field}.{head}".lstrip("."), tail)
    return BadReplay(field, reason)


def _refuse_unknown(value: Any, wanted: Any, where: str) -> None:
    """Names that no field has; msgspec overlooks them in dataclasses."""
    wanted = _without_none(wanted)
    if dataclasses.is_dataclass(wanted) and isinstance(value, dict):
        hints = typing.get_type_hints(wanted)
        for name, part in value.items():
            here = f"{where}.{name}".lstrip(".")
            if name not in hints:
                raise BadReplay(here, "no such field")
            _refuse_unknown(part, hints[name], here)
    elif typing.get_origin(wanted) is tuple and isinstance(value, list):
        inner = typing.get_args(wanted)[0]
        if dataclasses.is_dataclass(inner):
            for number, part in enumerate(value):
                _refuse_unknown(part, inner, f"{where}[{number}]")


def _without_none(wanted: Any) -> Any:
    if typing.get_origin(wanted) not in (typing.Union, types.UnionType):
        return wanted
    some = [part for part in typing.get_args(wanted) if part is not type(None)]
    return some[0] if len(some) == 1 else wanted
