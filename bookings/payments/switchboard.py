"""Which providers are switched on: those whose keys the settings have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from bookings.payments import providers
from bookings.payments.breaker import Guarded
from bookings.payments.providers import Provider

if TYPE_CHECKING:
    from bookings.payments.providers.wechat.certificates import PublicKey

Keys = Mapping[str, str]
_FOR_SOME = ("WECHAT_PUBLIC_KEY", "WECHAT_PUBLIC_KEY_ID")


def switch_on(configured: Mapping[str, Keys]) -> None:
    """Register every provider whose first key is there.

    :raises ImproperlyConfigured: another of its keys is not, or cannot be read. What only some merchants
        have may be missing.
    """
    for name, keys in configured.items():
        if not next(iter(keys.values())):
            continue
        if missing := sorted(k for k, text in keys.items() if not text and k not in _FOR_SOME):
            raise ImproperlyConfigured(f"{name}: {', '.join(missing)} is not set")
        try:
            providers.register(Guarded(make(name, keys)))
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: a key cannot be read: {error}") from None


def make(name: str, keys: Keys) -> Provider:
    """The adapter of one provider. :raises ValueError: a key cannot be read."""
    return _MAKERS[name](keys)


def _sandbox(keys: Keys) -> Provider:
    from bookings.payments.providers.sandbox import Sandbox

    return Sandbox(keys["SANDBOX_PROVIDER_URL"], keys["SANDBOX_PROVIDER_SECRET"])


def _stripe(keys: Keys) -> Provider:
    from bookings.payments.providers.stripe import Stripe

    return Stripe(
        secret_key=keys["STRIPE_SECRET_KEY"],
        webhook_secret=keys["STRIPE_WEBHOOK_SECRET"],
        url=keys["STRIPE_URL"],
    )


def _alipay(keys: Keys) -> Provider:
    from bookings.payments.providers.alipay import Alipay
    from bookings.payments.reading import private_key, public_key

    return Alipay(
        app_id=keys["ALIPAY_APP_ID"],
        gateway=keys["ALIPAY_GATEWAY"],
        own_key=private_key(keys["ALIPAY_PRIVATE_KEY"]),
        alipay_key=public_key(keys["ALIPAY_PUBLIC_KEY"]),
        is_live=keys["ALIPAY_GATEWAY"].startswith("https://openapi.alipay.com/"),
    )


def _wechat(keys: Keys) -> Provider:
    from bookings.payments.providers.wechat import WeChat
    from bookings.payments.reading import private_key

    api_key = keys["WECHAT_API_KEY"].encode()
    if len(api_key) != 32:
        raise ValueError("WECHAT_API_KEY has 32 characters")
    return WeChat(
        app_id=keys["WECHAT_APP_ID"],
        merchant_id=keys["WECHAT_MERCHANT_ID"],
        serial=keys["WECHAT_SERIAL"],
        own_key=private_key(keys["WECHAT_PRIVATE_KEY"]),
        api_key=api_key,
        url=keys["WECHAT_URL"],
        is_live=keys["WECHAT_URL"].startswith("https://api.mch.weixin.qq.com"),
        public_key=_wechat_public_key(keys),
    )


def _wechat_public_key(keys: Keys) -> PublicKey | None:
    """The key of a merchant in public-key mode; None: its certificates are read."""
    from bookings.payments.providers.wechat.certificates import PublicKey
    from bookings.payments.reading import public_key

    pem, key_id = (keys.get(name, "") for name in _FOR_SOME)
    if bool(pem) != bool(key_id):
        raise ValueError("WECHAT_PUBLIC_KEY and WECHAT_PUBLIC_KEY_ID go together")
    return PublicKey(key_id, public_key(pem)) if pem else None


_MAKERS: Mapping[str, Callable[[Keys], Provider]] = {
    "sandbox": _sandbox,
    "stripe": _stripe,
    "alipay": _alipay,
    "wechat": _wechat,
}
