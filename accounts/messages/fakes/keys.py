"""The keys of a run: made once into a folder that the site and the stand-in share."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex

_FILE = "sms.json"
ANY_TEXT = "SMS_100000001"
"""The one template that a fresh stand-in has approved: whatever ``text`` says."""


@dataclass(frozen=True)
class Keys:
    """What both sides know of each other."""

    key_id: str
    secret: str
    sign_name: str
    control: str

    def settings_at(self, url: str) -> dict[str, str]:
        """What the site is set to, for the stand-in to be at ``url``."""
        return {
            "ALIYUN_SMS_KEY_ID": self.key_id,
            "ALIYUN_SMS_KEY_SECRET": self.secret,
            "ALIYUN_SMS_SIGN_NAME": self.sign_name,
            "ALIYUN_SMS_TEMPLATES": f"*={ANY_TEXT}",
            "ALIYUN_SMS_URL": url,
        }

    def identity_settings_at(self, url: str) -> dict[str, str]:
        """The same for the check of names against numbers."""
        return {
            "ALIYUN_IDENTITY_KEY_ID": self.key_id,
            "ALIYUN_IDENTITY_KEY_SECRET": self.secret,
            "ALIYUN_IDENTITY_URL": url,
        }


def keys_in(folder: Path) -> Keys:
    """The keys of a folder, made when there are none."""
    path = folder / _FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        made = Keys(f"LTAI{token_hex(8)}", token_hex(15), "全域旅行", token_hex(16))
        fresh.write_text(json.dumps(asdict(made)))
        os.replace(fresh, path)
    return Keys(**json.loads(path.read_text()))
