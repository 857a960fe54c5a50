"""Rows that are written once: journals of what was done, by whom and when. Nothing changes or erases them.

The models refuse it, whatever the way (instance, queryset, related manager); PostgreSQL refuses it to everybody, by a
trigger that each journal's migration sets with `Guard`. SQLite, which serves the demonstration only, has no such
trigger: it could not be emptied any more.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REFUSAL = "Le journal ne s’efface pas et ne se corrige pas."


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **fields: Any) -> NoReturn:
        raise TypeError(REFUSAL)

    def delete(self) -> NoReturn:
        raise TypeError(REFUSAL)

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError(REFUSAL)


class AppendOnly(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError(REFUSAL)
        super().save(*args, **{**options, "force_insert": True})

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError(REFUSAL)


class Guard(migrations.RunPython):
    """The trigger of one table. `free` columns may still be emptied by a foreign key that lets its row go."""

    def __init__(self, model: str, free: Sequence[str] = ()) -> None:
        self.model, self.free = model, tuple(free)
        super().__init__(self._set, self._lift)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.model], {"free": self.free}

    def describe(self) -> str:
        return f"Forbid changes of {self.model}"

    def _set(self, apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor != "postgresql":
            return
        meta = apps.get_model(self.model)._meta
        held = ", ".join(f'"{field.column}"' for field in meta.local_fields if field.column not in self.free)
        editor.execute(
            "CREATE OR REPLACE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION '% of an append-only row of %', TG_OP, TG_TABLE_NAME"
            " USING ERRCODE = 'integrity_constraint_violation'; END $$",
            params=None,  # the « % » above are the message's
        )
        editor.execute(
            f'CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF {held} ON "{meta.db_table}"'
            " FOR EACH ROW EXECUTE FUNCTION core_append_only()"
        )

    def _lift(self, apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f'DROP TRIGGER append_only ON "{apps.get_model(self.model)._meta.db_table}"')


class Unguard(Guard):
    """Lift the trigger of one table, to change its columns; a new `Guard` follows in the same migration."""

    def __init__(self, model: str, free: Sequence[str] = ()) -> None:
        super().__init__(model, free)
        self.code, self.reverse_code = self._lift, self._set

    def describe(self) -> str:
        return f"Lift the guard of {self.model}"
