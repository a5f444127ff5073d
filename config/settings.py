"""Settings: one file, read from the environment, loud on a wrong value.

The local default gets everything it needs from config.bootstrap (servers and secrets of the data
folder). In production the environment must give DATABASE_URL, REDIS_URL, CELERY_BROKER_URL,
SECRET_KEY, QUANYU_SEALING_KEYS, QUANYU_INDEX_KEY and ALLOWED_HOSTS; a missing one refuses to start.
"""

import base64
import sys
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from config.launch import data_folder, is_serverless
from config.logging import structured
from config.rooms import ROOMS

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Commands that touch no data need no servers and no keys: building an image, translating, checking.
IS_SERVERLESS = is_serverless(sys.argv) or "mypy" in sys.argv[0]


def _flag(name: str, default: str = "0") -> bool:
    """1, true, yes, on or 0, false, no, off; anything else refuses to start."""
    value = (str(env.str(name, "")) or default).lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0.")


DEBUG = _flag("DEBUG")
QUANYU_LOCAL = _flag("QUANYU_LOCAL")
"""True on servers that config.bootstrap started: local data, demonstration accounts allowed."""
QUANYU_THROWAWAY = _flag("QUANYU_THROWAWAY")
"""True on a cluster that is thrown away after the command: only there may the clock be moved."""

QUANYU_AUTHORITY = env.str("QUANYU_AUTHORITY", "")
"""The certificate that phones trust where `up --https` serves; empty: the site has a real one."""
QUANYU_MEMO = True
"""Whether reads that every request repeats are remembered for a second or two (kernel.memo)."""
QUANYU_GROUPING = _flag("QUANYU_GROUPING", "1")
"""Whether requests that arrive together share statements and commits (kernel.grouping)."""
QUANYU_POSTGRES_LOG = env.str("QUANYU_POSTGRES_LOG", "")
"""Where servers of our own write their log: benches count statements there."""
QUANYU_CLOCK = env.str("QUANYU_CLOCK", "")
if QUANYU_CLOCK and not QUANYU_THROWAWAY:
    raise ImproperlyConfigured("QUANYU_CLOCK moves the time: on throw-away servers only.")
QUANYU_CRASHPOINTS = env.str("QUANYU_CRASHPOINTS", "")
"""A folder that says at which points processes are to die (kernel.crashpoints); empty: nowhere."""
if QUANYU_CRASHPOINTS and not QUANYU_THROWAWAY:
    raise ImproperlyConfigured("QUANYU_CRASHPOINTS kills processes: on throw-away servers only.")


def _required(name: str, serverless: str) -> str:
    value = str(env.str(name, ""))
    if value:
        return value
    if IS_SERVERLESS:
        return serverless
    raise ImproperlyConfigured(f"{name} is not set. See README.md, 'On your own servers'.")


def _sealing_keys(text: str) -> dict[str, bytes]:
    """Keys by id from "id:base64,id:base64"; the first one seals, all of them unseal."""
    keys = {}
    for pair in text.split(","):
        kid, _colon, encoded = pair.strip().partition(":")
        try:
            keys[kid] = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise ImproperlyConfigured("QUANYU_SEALING_KEYS: not base64") from None
        if not kid.isalnum() or len(keys[kid]) != 32:
            raise ImproperlyConfigured("QUANYU_SEALING_KEYS: want id:base64 of 32 bytes, …")
    return keys


_NO_KEY = base64.b64encode(bytes(32)).decode()
SECRET_KEY = _required("SECRET_KEY", "serverless" * 5)
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure"):
    raise ImproperlyConfigured("SECRET_KEY must be at least 50 random characters.")
QUANYU_SEALING_KEYS = _sealing_keys(_required("QUANYU_SEALING_KEYS", f"none:{_NO_KEY}"))
QUANYU_INDEX_KEY = base64.b64decode(_required("QUANYU_INDEX_KEY", _NO_KEY))
if len(QUANYU_INDEX_KEY) != 32:
    raise ImproperlyConfigured("QUANYU_INDEX_KEY must be base64 of 32 bytes.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXY_HOPS = env.int("TRUSTED_PROXY_HOPS", 0)
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000")

ROOMS = [room for room in ROOMS if (BASE_DIR / room.replace(".", "/") / "apps.py").exists()]

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "portal.backoffice.apps.BackofficeAdminConfig"
    if (BASE_DIR / "portal/backoffice/apps.py").exists()
    else "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "axes",
    "csp",
    *ROOMS,
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kernel.web.middleware.RequestLogMiddleware",
    "config.csp.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kernel.web.middleware.UnreadableTextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.identity.middleware.SignInMiddleware",
    "kernel.web.messages.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "bookings.referrals.middleware.ViaMiddleware",
    "kernel.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kernel.web.context.site",
            ],
        },
    }
]

# --- PostgreSQL -----------------------------------------------------------------------------------
# The timeouts end what would otherwise wait for ever: a stopped process that holds a lock, a query
# gone wild, a dead network peer.
IS_WORKER = _flag("QUANYU_WORKER")
_STATEMENT_MS = 120_000 if IS_WORKER else 10_000
DATABASES = {
    "default": environ.Env.db_url_config(_required("DATABASE_URL", "postgres:///serverless"))
}
DATABASES["default"] |= {
    "ENGINE": "kernel.postgres",
    "TEST": {"TEMPLATE": env.str("QUANYU_TEMPLATE_DB", "template0")},
    # A new connection costs as much as a page. One whose server has gone is found by the check, one
    # that rests is given back with its thread, after half a minute.
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "options": (
            f"-c lock_timeout=2000 -c statement_timeout={_STATEMENT_MS}"
            " -c idle_in_transaction_session_timeout=5000 -c synchronous_commit=on"
            # The statements of the rush are prepared, over lists of a few dozen rows: one plan fits.
            " -c plan_cache_mode=force_generic_plan"
        ),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    },
}
# Who serves people: may not change the books. Given its rights after every migrate (kernel.grants).
QUANYU_SITE_ROLE = env.str("QUANYU_SITE_ROLE", "quanyu_site")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis protocol: cache, rate limits and wake-ups; losing all of it costs latency, never truth ---
REDIS_URL = _required("REDIS_URL", "redis://serverless/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}

CELERY_BROKER_URL = _required("CELERY_BROKER_URL", "redis://serverless/1")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CONSUMER = "config.consumer:Consumer"
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A worker listens for seconds on end; who only sends must not wait for a broker that is silent.
    "socket_timeout": 5 if IS_WORKER else 1,
    "socket_connect_timeout": 5 if IS_WORKER else 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
    # A web request wakes a worker, it never waits for the broker: the outbox is swept each second.
    "max_retries": 0,
}

# --- People and sessions --------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts_identity.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.identity.backends.WorkBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.identity.views.staff.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_CLIENT_IP_CALLABLE = "kernel.web.requests.client_ip"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]
PASSWORD_RESET_TIMEOUT = 86_400
OTP_TOTP_ISSUER = "quanyu"
LOGIN_URL = "identity:sign-in"
LOGIN_REDIRECT_URL = "/"

IS_HTTPS = SITE_URL.startswith("https://")
SESSION_ENGINE = "accounts.identity.session_store"
SESSION_COOKIE_AGE = 30 * 86_400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "kernel.web.pages.csrf_failure"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
if IS_HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # A machine's own certificate may be gone tomorrow: browsers must not insist on it.
    SECURE_HSTS_SECONDS = 0 if QUANYU_AUTHORITY else 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_HOPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 262_144

PAYMENT_PROVIDERS = {
    provider: {name: env.str(name, default).replace("\\n", "\n") for name, default in keys.items()}
    for provider, keys in {
        "sandbox": {"SANDBOX_PROVIDER_URL": "", "SANDBOX_PROVIDER_SECRET": ""},
        "stripe": {
            "STRIPE_SECRET_KEY": "",
            "STRIPE_WEBHOOK_SECRET": "",
            "STRIPE_URL": "https://api.stripe.com",
        },
        "alipay": {
            "ALIPAY_APP_ID": "",
            "ALIPAY_PRIVATE_KEY": "",
            "ALIPAY_PUBLIC_KEY": "",
            "ALIPAY_GATEWAY": "https://openapi.alipay.com/gateway.do",
        },
        "wechat": {
            "WECHAT_APP_ID": "",
            "WECHAT_MERCHANT_ID": "",
            "WECHAT_SERIAL": "",
            "WECHAT_PRIVATE_KEY": "",
            "WECHAT_API_KEY": "",
            "WECHAT_PUBLIC_KEY": "",
            "WECHAT_PUBLIC_KEY_ID": "",
            "WECHAT_URL": "https://api.mch.weixin.qq.com",
        },
    }.items()
}
"""Keys of each provider; PEM may have its line ends written as \\n."""
PAY_PAGES = [
    page
    for provider, page in (
        ("stripe", "https://checkout.stripe.com"),
        ("alipay", "https://*.alipay.com"),
        ("wechat", "https://wx.tenpay.com"),
    )
    if next(iter(PAYMENT_PROVIDERS[provider].values()))
]
"""Where a form of ours may lead on to: the pages on which buyers pay."""

INVOICE_SERVICES = {
    "nuonuo": {
        "NUONUO_APP_KEY": env.str("NUONUO_APP_KEY", ""),
        "NUONUO_APP_SECRET": env.str("NUONUO_APP_SECRET", ""),
        "NUONUO_URL": env.str("NUONUO_URL", "https://sdk.nuonuo.com/open/v1/services"),
    },
}
"""Keys of the service that issues invoices; sellers' tokens are theirs, in the back office."""

SMS_GATEWAY = {
    name: env.str(name, default)
    for name, default in {
        "ALIYUN_SMS_KEY_ID": "",
        "ALIYUN_SMS_KEY_SECRET": "",
        "ALIYUN_SMS_SIGN_NAME": "",
        "ALIYUN_SMS_TEMPLATES": "",
        "ALIYUN_SMS_URL": "https://dysmsapi.aliyuncs.com",
    }.items()
}
"""Keys of the gateway for short messages, and the approved templates: "kind=SMS_1 kind:en=SMS_2 *=SMS_3"."""

IDENTITY_CHECK = {
    name: env.str(f"ALIYUN_IDENTITY_{name}", "") for name in ("KEY_ID", "KEY_SECRET", "URL")
}
"""Keys of the service that compares a name with a resident number; without them nothing is asked."""


TRAIN_STATUS = {name: env.str(f"TRAIN_STATUS_{name}", "") for name in ("KEY", "SECRET", "URL")}
"""The application at the service that knows when trains arrive; without its key nothing is asked."""

WEB_PUSH = {
    name: env.str(name, "")
    for name in ("WEB_PUSH_PRIVATE_KEY", "WEB_PUSH_CONTACT", "WEB_PUSH_STAND_IN")
}
"""Our keys for push services, whom they may write to ("mailto:…"), and the stand-in of local data."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF, *env.list("QUANYU_PAY_PAGES", default=[]), *PAY_PAGES],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
    }
}

# --- Languages and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = env.str("QUANYU_TIME_ZONE", "Asia/Shanghai")
"""The clock of the back office's pages and forms; people's pages show each place's own time."""
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# On local data files are served from where they lie: nothing is collected.
STATIC_ROOT = None if QUANYU_LOCAL else env.path("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = QUANYU_LOCAL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if QUANYU_LOCAL or (IS_SERVERLESS and sys.argv[1:2] != ["collectstatic"])
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Outside parties ------------------------------------------------------------------------------
REFUND_LIMIT_FEN = env.int("QUANYU_REFUND_LIMIT_FEN", 200_000)
"""Staff refund up to so much alone; above it a second person must approve."""


def _fees(text: str) -> dict[str, tuple[int, int]]:
    """Hundredths of a percent and fen a payment by service, from "alipay:60 stripe:290+235"."""
    found = {}
    for each in text.split():
        name, _colon, fee = each.partition(":")
        share, _plus, fixed = fee.partition("+")
        if not share.isdecimal() or not (fixed or "0").isdecimal():
            raise ImproperlyConfigured(
                f"QUANYU_PROVIDER_FEES: {each} is not name:60 or name:290+235."
            )
        found[name] = (int(share), int(fixed or 0))
    return found


PROVIDER_FEES = _fees(env.str("QUANYU_PROVIDER_FEES", ""))
"""What payment services keep by contract; without it fees are booked and not judged. WeChat Pay's file has
its own rate in every row."""
SUPPLIER_ANSWERS_WITHIN_HOURS = env.int("QUANYU_SUPPLIER_ANSWERS_WITHIN_HOURS", 24)
SUPPLIER_ANSWERS_BEFORE_MINUTES = env.int("QUANYU_SUPPLIER_ANSWERS_BEFORE_MINUTES", 60)
"""A supplier who has not answered so long after the payment, or so shortly before the start, has said no."""
_EMAIL = environ.Env.email_url_config(env.str("EMAIL_URL", "dummymail://"))
EMAIL_BACKEND = _EMAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _EMAIL.get("EMAIL_HOST") or "localhost", _EMAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
    _EMAIL.get("EMAIL_HOST_USER") or "",
    _EMAIL.get("EMAIL_HOST_PASSWORD") or "",
)
EMAIL_USE_TLS = _EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "quanyu@localhost")

# --- Whoever watches ------------------------------------------------------------------------------
QUANYU_METRICS_DIR = env.str("QUANYU_METRICS_DIR", str(data_folder() / "metrics/web"))
"""Where processes of one role keep their counts (kernel.metrics); another folder for each role."""
QUANYU_METRICS_TOKEN = env.str("QUANYU_METRICS_TOKEN", "")
QUANYU_METRICS_FROM = env.list("QUANYU_METRICS_FROM", default=["127.0.0.0/8", "::1/128"])
"""Who may read /metrics: whoever brings the token, or asks from one of these networks."""
QUANYU_HEALTH_ADDRESS = env.str("QUANYU_HEALTH_ADDRESS", "")
"""host:port at which a worker or a beat shows its health; empty: nowhere."""

LOGGING = structured(env.str("LOG_LEVEL", "INFO"), is_worker=IS_WORKER)
SILENCED_SYSTEM_CHECKS: list[str] = []
_PINE = {
    "50": "#f2f7f5", "100": "#e0ece8", "200": "#c1d9d1", "300": "#97bfb2", "400": "#689f8e",
    "500": "#3f7d6b", "600": "#24584a", "700": "#1d483d", "800": "#183b32", "900": "#14312a",
    "950": "#0a1b17",
}  # fmt: skip
"""Our --pine in the steps that the back office's skin wants."""

UNFOLD = {
    "SITE_TITLE": _("quanyu back office"),
    "SITE_HEADER": _("quanyu"),
    "SITE_SYMBOL": "landscape",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/favicon.svg")}
    ],
    "STYLES": [lambda _request: static("css/office.css")],
    "SCRIPTS": [lambda _request: static("js/office.js")],
    "COLORS": {"primary": _PINE},
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
}
