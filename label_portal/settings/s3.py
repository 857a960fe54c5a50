"""The storage of files behind S3: sealed, private, and impatient, so that a page never hangs on it."""

from typing import Any

from botocore.config import Config

IMPATIENT = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"max_attempts": 2},
    signature_version="s3v4",
    s3={"addressing_style": "path"},
)


def sealed_bucket(name: str, *, endpoint: str | None, region: str, access_key: str, secret_key: str) -> dict[str, Any]:
    """An entry of STORAGES."""
    return {
        "BACKEND": "core.sealing.SealedS3Storage",
        "OPTIONS": {
            "bucket_name": name,
            "endpoint_url": endpoint,
            "region_name": region,
            "access_key": access_key,
            "secret_key": secret_key,
            "default_acl": None,
            "file_overwrite": False,
            "querystring_expire": 60,
            "client_config": IMPATIENT,
        },
    }
