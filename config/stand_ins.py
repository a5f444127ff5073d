"""`up --fakes`: the stand-ins of Stripe, Alipay and WeChat Pay beside the site, with keys of this folder."""

from __future__ import annotations

import sys
from pathlib import Path


def environment(data: Path, url: str) -> dict[str, str]:
    """What switches the three providers on, speaking to the stand-ins at ``url``."""
    from bookings.payments.fakes.keys import keys_in

    keys = keys_in(data / "fakes")
    return {
        "STRIPE_SECRET_KEY": keys.stripe_key,
        "STRIPE_WEBHOOK_SECRET": keys.stripe_webhook_secret,
        "STRIPE_URL": f"{url}/stripe",
        "ALIPAY_APP_ID": keys.alipay_app_id,
        "ALIPAY_PRIVATE_KEY": keys.alipay_own_key,
        "ALIPAY_PUBLIC_KEY": keys.alipay_their_public_key,
        "ALIPAY_GATEWAY": f"{url}/alipay/gateway.do",
        "WECHAT_APP_ID": keys.wechat_app_id,
        "WECHAT_MERCHANT_ID": keys.wechat_merchant_id,
        "WECHAT_SERIAL": keys.wechat_serial,
        "WECHAT_PRIVATE_KEY": keys.wechat_own_key,
        "WECHAT_API_KEY": keys.wechat_api_key,
        "WECHAT_URL": f"{url}/wechat",
    }


def command(data: Path, url: str, site: str) -> list[str]:
    """What runs them."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    return [
        sys.executable, "-m", "bookings.payments.fakes", "--host", host, "--port", port,
        "--data", str(data / "fakes"), "--webhook", f"{site}/hooks/stripe/",
    ]  # fmt: skip
