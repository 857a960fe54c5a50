"""Settings of the test suite: SQLite unless DATABASE_URL names a PostgreSQL; what can be real is real."""

import warnings

from label_portal.settings.base import *

warnings.simplefilter("error")

SECRET_KEY = "test-only-not-secret-test-only-not-secret-test-only"  # noqa: S105
FIELD_ENCRYPTION_KEYS = ["dGVzdC1vbmx5LWtleS10ZXN0LW9ubHkta2V5LXRlc3Q="]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
AGENT_MFA_REQUIRED = False
ACCOUNT_RATE_LIMITS = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
