"""The keys of a run: made once into a folder that the site and the stand-in share."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex

_FILE = "trains.json"


@dataclass(frozen=True)
class Keys:
    """What both sides know of each other."""

    key: str
    secret: str
    control: str

    def settings_at(self, url: str) -> dict[str, str]:
        """What the site is set to, for the stand-in to be at ``url``."""
        return {
            "TRAIN_STATUS_KEY": self.key,
            "TRAIN_STATUS_SECRET": self.secret,
            "TRAIN_STATUS_URL": url,
        }


def keys_in(folder: Path) -> Keys:
    """The keys of a folder, made when there are none."""
    path = folder / _FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        made = Keys(token_hex(4), token_hex(16), token_hex(16))
        fresh.write_text(json.dumps(asdict(made)))
        os.replace(fresh, path)
    return Keys(**json.loads(path.read_text()))
