"""The Celery application: a wake-up only. What must be sent is a row in the database (see `notices`)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "label_portal.settings.production")
app = Celery("label_portal")
app.set_default()  # in the threads of a web server too, where the current application is not inherited
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
