"""`up --fakes`: stand-ins of outside parties beside the site, with keys of this folder.

Stripe, Alipay and WeChat Pay in one process, the service that issues invoices in another,
the gateway of text messages, with the identity check and web push, in a third, train times in a fourth.
"""

from __future__ import annotations

import sys
from pathlib import Path


def environment(data: Path, url: str) -> dict[str, str]:
    """What switches the three providers on, speaking to the stand-ins at ``url``."""
    from bookings.payments.fakes.keys import keys_in

    keys, names = keys_in(data / "fakes"), ("stripe", "alipay", "wechat")
    each = [keys.settings_of(name, f"{url}/{name}") for name in names]
    return {setting: text for settings in each for setting, text in settings.items()}


def command(data: Path, url: str, site: str) -> list[str]:
    """What runs them."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    return [
        sys.executable, "-m", "bookings.payments.fakes", "--host", host, "--port", port,
        "--data", str(data / "fakes"), "--webhook", f"{site}/hooks/stripe/",
    ]  # fmt: skip


def invoices_environment(data: Path, url: str) -> dict[str, str]:
    """What switches the service that issues invoices on, speaking to the stand-in at ``url``."""
    from bookings.invoices.fakes.keys import keys_in

    return keys_in(data / "fakes").settings_at(url)


def invoices_command(data: Path, url: str) -> list[str]:
    """What runs it."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    return [
        sys.executable, "-m", "bookings.invoices.fakes", "--host", host, "--port", port,
        "--data", str(data / "fakes"),
    ]  # fmt: skip


def sms_environment(data: Path, url: str) -> dict[str, str]:
    """What switches text messages, the identity check and web push on, speaking to stand-ins."""
    from accounts.messages.fakes import push
    from accounts.messages.fakes.keys import keys_in

    keys = keys_in(data / "fakes")
    return (
        keys.settings_at(url)
        | keys.identity_settings_at(url)
        | push.settings_at(data / "fakes", url)
    )


def sms_command(data: Path, url: str) -> list[str]:
    """What runs it."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    return [
        sys.executable, "-m", "accounts.messages.fakes", "--host", host, "--port", port,
        "--data", str(data / "fakes"),
    ]  # fmt: skip


def trains_environment(data: Path, url: str) -> dict[str, str]:
    """What switches the service of train times on, speaking to the stand-in at ``url``."""
    from transport.trains.fakes.keys import keys_in

    return keys_in(data / "fakes").settings_at(url)


def trains_command(data: Path, url: str) -> list[str]:
    """What runs it."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    return [
        sys.executable, "-m", "transport.trains.fakes", "--host", host, "--port", port,
        "--data", str(data / "fakes"),
    ]  # fmt: skip
