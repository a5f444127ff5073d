"""What tests change: cheap passwords, and no waiting for anybody."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
CELERY_TASK_ALWAYS_EAGER = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = (
    True  # every test client has a handler of its own, which would list all files
)
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
QUANYU_MEMO = False
QUANYU_METRICS_DIR = ""
