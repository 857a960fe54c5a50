from django.db import models


class Document(models.Model):
    number = models.CharField(max_length=20, unique=True)
    organisation = models.CharField(max_length=160)
    territory = models.CharField(max_length=80)
    state = models.CharField(max_length=20, db_index=True)
    filed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["filed_at"]

    def __str__(self) -> str:
        return self.number
