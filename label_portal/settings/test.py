"""Settings of the test suite: SQLite unless DATABASE_URL names a PostgreSQL; what can be real is real."""

import os
import sys
import tempfile
import warnings

from label_portal.settings.base import *

if "pytest" in sys.modules:  # non les ouvriers que la suite démarre : Celery y signale qu’il tourne en root
    warnings.simplefilter("error")

SECRET_KEY = "test-only-not-secret-test-only-not-secret-test-only"  # noqa: S105
ENCRYPTION_KEYS = ["dGVzdC1vbmx5LWtleS10ZXN0LW9ubHkta2V5LXRlc3Q="]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
AGENT_MFA_REQUIRED = False
ACCOUNT_RATE_LIMITS = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
vars().update(env.email_url("EMAIL_URL", default="memorymail://"))
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="memory://")  # un ouvrier réel reçoit le sien
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# A file, as in the embedded portal: threads, browsers and workers meet on it (:memory: belongs to one connection).
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": f"{tempfile.gettempdir()}/label-suite-{os.getpid()}.sqlite3"}
MIDDLEWARE = ["tests.plugins.detectors.HtmlDetector", "tests.plugins.detectors.WriteDetector", *MIDDLEWARE]
