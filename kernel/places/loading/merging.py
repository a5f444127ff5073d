"""Put loaded rows into a table without ever overwriting a person's hand.

Every loaded row remembers the digest of what was loaded (``kernel.provenance.Loaded``). When the
row no longer reads like that, an operator has edited it; when ``confirmed_at`` is set, an operator
stands by it. Both stay as they are. Rows that are not in the files any more stay too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened to the rows of one table. ``kept`` were left as an operator made them."""

    table: str
    added: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0


def merge(existing: models.QuerySet[Any], *, key: Sequence[str], rows: Iterable[Values]) -> Tally:
    """Add the rows that ``existing`` lacks and bring those up to date that nobody has edited.

    ``rows`` map attribute names (``region_id``, not ``region``) to values, all with the same names;
    ``key`` names the ones that identify a row. Three statements at most.
    """
    model = existing.model
    known = {tuple(getattr(row, name) for name in key): row for row in existing}
    added, changed, same, kept = [], [], 0, 0
    names: list[str] = []
    for values in rows:
        names = list(values)
        digest = digest_of(values)
        row = known.get(tuple(values[name] for name in key))
        if row is None:
            added.append(model(**values, loaded_digest=digest))
        elif row.loaded_digest == digest and not is_edited(row, names):
            same += 1
        elif getattr(row, "confirmed_at", None) is not None or is_edited(row, names):
            kept += 1
        else:
            for name, value in values.items():
                setattr(row, name, value)
            row.loaded_digest = digest
            changed.append(row)
    model._default_manager.bulk_create(added, batch_size=1000)
    if changed:
        model._default_manager.bulk_update(changed, [*names, "loaded_digest"], batch_size=500)
    return Tally(str(model._meta.verbose_name_plural), len(added), len(changed), same, kept)


def is_edited(row: Any, names: Iterable[str]) -> bool:
    """Whether a loaded row no longer reads as it was loaded."""
    return bool(row.loaded_digest != digest_of({name: getattr(row, name) for name in names}))


def digest_of(values: Values) -> str:
    """SHA-256 over the values, equal for equal numbers however they are written."""
    plain = {name: _plain(value) for name, value in values.items()}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | dict):
        return value
    return str(value)
