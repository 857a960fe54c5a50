"""The embedded portal of `make run`: SQLite, local files, demo accounts, e-mails on a page. Never on a network."""

from label_portal.settings.base import *

DEMO_MODE = True
SECRET_KEY = "demo-only-not-secret-demo-only-not-secret-demo-only"  # noqa: S105
ENCRYPTION_KEYS = ["ZGVtby1vbmx5LWtleS1kZW1vLW9ubHkta2V5LWRlbW8="]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
AGENT_MFA_REQUIRED = False
EMAIL_BACKEND = "notices.mail.DemoMailbox"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
WHITENOISE_USE_FINDERS = True  # pas de collectstatic à lancer
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
    }
}
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016", "security.W009"]
for folder in ("celery", "celery-control", "files", "cache", "static"):
    (VAR_DIR / folder).mkdir(parents=True, exist_ok=True)
