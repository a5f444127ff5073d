"""Which providers are switched on: those whose keys the settings have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.core.exceptions import ImproperlyConfigured

from bookings.payments import providers
from bookings.payments.breaker import Guarded
from bookings.payments.providers import Provider

Keys = Mapping[str, str]


def switch_on(configured: Mapping[str, Keys]) -> None:
    """Register every provider whose first key is there.

    :raises ImproperlyConfigured: another of its keys is not, or cannot be read.
    """
    for name, keys in configured.items():
        if not next(iter(keys.values())):
            continue
        if missing := sorted(key for key, text in keys.items() if not text):
            raise ImproperlyConfigured(f"{name}: {', '.join(missing)} is not set")
        try:
            providers.register(Guarded(_MAKERS[name](keys)))
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: a key cannot be read: {error}") from None


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
    )


_MAKERS: Mapping[str, Callable[[Keys], Provider]] = {
    "sandbox": _sandbox,
    "stripe": _stripe,
    "alipay": _alipay,
    "wechat": _wechat,
}
