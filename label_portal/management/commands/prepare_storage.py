"""`manage.py prepare_storage`: create the bucket of the uploaded files when it is missing."""

from typing import Any

from botocore.exceptions import ClientError
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Crée l’espace de stockage S3 des fichiers s’il manque. Ne fait rien quand les fichiers sont sur disque."

    def handle(self, *args: Any, **options: Any) -> None:
        bucket = getattr(default_storage, "bucket", None)
        if bucket is None:
            self.stdout.write("Les fichiers sont sur disque : rien à préparer.")
            return
        client = bucket.meta.client
        try:
            client.head_bucket(Bucket=bucket.name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            client.create_bucket(Bucket=bucket.name)
            self.stdout.write(f"Espace « {bucket.name} » créé.")
        else:
            self.stdout.write(f"Espace « {bucket.name} » : déjà là.")
