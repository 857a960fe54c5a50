"""What `manage.py check` knows of this portal beyond Django's own checks."""

import ctypes
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

LETTER_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


@register(Tags.security)
def encryption_keys(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """A wrong key must be known at the start, not when the first N° CAF is typed."""
    for number, key in enumerate(settings.ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            return [
                Error(
                    f"La clé n° {number} de ENCRYPTION_KEYS n’est pas une clé Fernet (32 octets en base64 URL).",
                    id="label_portal.E001",
                )
            ]
    return []


@register
def letter_libraries(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """The letters (PDF) need three libraries of the system."""
    missing = []
    for library, package in LETTER_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    if not missing:
        return []
    return [
        Error(
            f"Il manque des paquets système pour composer les courriers : {', '.join(missing)}.",
            hint=f"sudo apt-get install {' '.join(missing)}",
            id="label_portal.E002",
        )
    ]


@register(Tags.security, deploy=True)
def content_security_policy(app_configs: Any, **options: Any) -> Sequence[CheckMessage]:
    """The policy stays closed: nothing inline, no other host."""
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    allowed = {"'none'", "'self'", "data:"}
    loose = [f"{name} {source}" for name, sources in policy.items() for source in sources if source not in allowed]
    if not loose:
        return []
    return [Error(f"La politique de sécurité du contenu s’est ouverte : {'; '.join(loose)}.", id="label_portal.E003")]
