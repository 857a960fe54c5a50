"""The control of test_worker: a sender that writes « sent » before it sends. It must lose messages when killed."""

import django

django.setup()

from django.core.mail import EmailMessage  # noqa: E402

from core import clock  # noqa: E402
from notices.enums import NoticeState  # noqa: E402
from notices.models import Notice  # noqa: E402

for notice in Notice.objects.filter(state=NoticeState.QUEUED).order_by("pk"):
    Notice.objects.filter(pk=notice.pk).update(state=NoticeState.SENT, sent_at=clock.now())
    message = EmailMessage(notice.subject, notice.body, to=[notice.address])
    message.extra_headers["Message-ID"] = notice.message_id
    message.send()
