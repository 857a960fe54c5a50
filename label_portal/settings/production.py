"""Production: everything comes from the environment, and the portal refuses to start half configured."""

from django.core.exceptions import ImproperlyConfigured

from label_portal.settings.base import *
from label_portal.settings.base import ALLOWED_HOSTS, DATABASES, ENCRYPTION_KEYS, PORTAL_URL, SECRET_KEY, env


def refuse_if(condition: bool, sentence: str) -> None:
    """Stop the start with a sentence that says what to set."""
    if condition:
        raise ImproperlyConfigured(sentence)


refuse_if(env.bool("DEMO_MODE", default=False), "DEMO_MODE est réservé à la démonstration : retirez cette variable.")
refuse_if(env.bool("DEBUG", default=False), "DEBUG est interdit en production : retirez cette variable.")
refuse_if(
    len(SECRET_KEY) < 50 or SECRET_KEY.startswith(("demo-", "test-")),
    "SECRET_KEY manque ou est trop faible : donnez au moins 50 caractères tirés au hasard.",
)
refuse_if(not ENCRYPTION_KEYS, "ENCRYPTION_KEYS manque : donnez au moins une clé Fernet.")
refuse_if(
    not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS,
    "ALLOWED_HOSTS doit nommer le ou les domaines du portail, sans « * ».",
)
refuse_if(
    DATABASES["default"]["ENGINE"].endswith("sqlite3"),
    "DATABASE_URL doit désigner une base PostgreSQL : SQLite est réservé à la démonstration.",
)
refuse_if(not PORTAL_URL.startswith("https://"), "PORTAL_URL doit commencer par https://.")
refuse_if(
    not env("CELERY_BROKER_URL", default="").startswith(("redis://", "rediss://")),
    "CELERY_BROKER_URL doit désigner un Redis.",
)
refuse_if(not env("EMAIL_URL", default=""), "EMAIL_URL manque : sans serveur de courriel, aucune notification ne part.")
refuse_if(
    not env.bool("AGENT_MFA_REQUIRED", default=True), "AGENT_MFA_REQUIRED ne peut pas être désactivé en production."
)
refuse_if(not env("CLAMD_URL", default=""), "CLAMD_URL manque : sans antivirus, aucun fichier ne peut être admis.")

vars().update(env.email_url("EMAIL_URL"))
CACHES = {"default": env.cache("CACHE_URL", default=env("CELERY_BROKER_URL"))}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
STORAGES = {
    "default": {"BACKEND": "core.sealing.SealedFileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if env("S3_BUCKET", default=""):
    from label_portal.settings.s3 import sealed_bucket

    STORAGES["default"] = sealed_bucket(
        env("S3_BUCKET"),
        endpoint=env("S3_ENDPOINT_URL", default=None),
        region=env("S3_REGION", default="us-east-1"),
        access_key=env("S3_ACCESS_KEY"),
        secret_key=env("S3_SECRET_KEY"),
    )
