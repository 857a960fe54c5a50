"""The house: relations and migrations obey the floors, as imports do."""

import importlib
import pkgutil

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import AddField, CreateModel

FLOORS = [
    {"core"},
    {"accounts", "rulebook"},
    {"documents", "notices"},
    {"evaluation", "training"},
    {"applications"},
    {"labels"},
    {"label_portal"},
]
LEVEL = {app: level for level, floor in enumerate(FLOORS) for app in floor}


def breaches(edges):
    """The edges (from, to) between our apps that point up or sideways."""
    return sorted(
        (source, target)
        for source, target in edges
        if source != target and source in LEVEL and target in LEVEL and LEVEL[target] >= LEVEL[source]
    )


def model_edges():
    for model in apps.get_models():
        for field in model._meta.get_fields(include_hidden=True):
            if isinstance(field, models.ForeignObject | models.ManyToManyField):
                yield model._meta.app_label, field.related_model._meta.app_label


def migration_edges():
    for app in LEVEL:
        try:
            package = importlib.import_module(f"{app}.migrations")
        except ModuleNotFoundError:
            continue
        for module in pkgutil.iter_modules(package.__path__):
            migration = importlib.import_module(f"{app}.migrations.{module.name}").Migration
            for dependency in migration.dependencies:
                yield app, "accounts" if dependency[0] == "__setting__" else dependency[0]


@pytest.mark.parametrize("edges", [model_edges, migration_edges])
def test_relations_point_down(edges):
    found = set(edges())
    assert ("applications", "evaluation") in found, "the walk sees our relations"
    assert breaches(found) == []


def test_the_check_sees_a_breach():
    assert breaches({("core", "labels"), ("evaluation", "training"), ("labels", "core")}) == [
        ("core", "labels"),
        ("evaluation", "training"),
    ]


def test_no_relation_goes_round_the_floors():
    from django.contrib.contenttypes.fields import GenericForeignKey

    ours = [model for model in apps.get_models() if model._meta.app_label in LEVEL]
    generic = [
        (model.__name__, field.name)
        for model in ours
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert generic == []


BEFORE_RELEASE = {
    "accounts": 2, "applications": 4, "core": 2, "documents": 8, "evaluation": 9, "labels": 2, "notices": 2,
    "training": 11,
}  # fmt: skip
"""The last migration of each application before the rule below: these have no running code to spare."""


def added_fields():
    """(application, migration, field) of each column added to a table that stands."""
    for app in BEFORE_RELEASE:
        package = importlib.import_module(f"{app}.migrations")
        for module in pkgutil.iter_modules(package.__path__):
            operations = importlib.import_module(f"{app}.migrations.{module.name}").Migration.operations
            new = {each.name.lower() for each in operations if isinstance(each, CreateModel)}
            for each in operations:
                if isinstance(each, AddField) and each.model_name.lower() not in new:
                    yield app, int(module.name[:4]), each


def stops_running_code(field):
    """The code of before knows nothing of it, and so writes nothing in it."""
    return not (field.many_to_many or field.null or field.has_db_default())


def test_a_new_column_lets_the_code_that_runs_go_on():
    found = [(app, number, each) for app, number, each in added_fields() if stops_running_code(each.field)]
    assert ("training", 9, "course") in {(app, number, each.name) for app, number, each in found}, "the walk sees them"
    assert [(app, each.name) for app, number, each in found if number > BEFORE_RELEASE[app]] == []
