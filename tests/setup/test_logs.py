"""What the journal tells: our own steps, the libraries' warnings."""

import logging

import pytest
from django.conf import settings
from django.utils.log import configure_logging


@pytest.fixture
def journal():
    """The portal's logging, put back as it was afterwards."""
    loggers = [logging.getLogger(name) for name in settings.LOGGING["loggers"]]
    before = [(logger, logger.level) for logger in loggers]
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    configure_logging("logging.config.dictConfig", settings.LOGGING)
    yield
    root.handlers, root.level = handlers, level
    for logger, former in before:
        logger.setLevel(former)


@pytest.mark.parametrize(
    "name", ["weasyprint", "weasyprint.progress", "fontTools.subset", "kombu.connection", "PIL.Image"]
)
def test_libraries_only_warn(journal, name):
    logger = logging.getLogger(name)
    assert not logger.isEnabledFor(logging.INFO)
    assert logger.isEnabledFor(logging.WARNING)


@pytest.mark.parametrize("name", ["labels.services", "notices.services.delivery", "celery.worker"])
def test_our_steps_are_told(journal, name):
    assert logging.getLogger(name).isEnabledFor(logging.INFO)
