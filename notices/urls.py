from django.urls import path

from notices import views

urlpatterns = [
    path("echeances/", views.DeadlineList.as_view(), name="deadline_list"),
    path("echeances/courriels-en-echec/", views.FailureList.as_view(), name="notice_failures"),
    path("echeances/courriels-en-echec/<int:pk>/relancer/", views.retry, name="notice_retry"),
    path("notifications/", views.NoticeList.as_view(), name="notice_list"),
    path("notifications/tout-lire/", views.read_all, name="notice_read_all"),
    path("notifications/<int:pk>/ouvrir/", views.open_notice, name="notice_open"),
    path("demonstration/courriels/", views.DemoMailbox.as_view(), name="demo_mailbox"),
    path("demonstration/courriels/<int:pk>/", views.DemoMessage.as_view(), name="demo_mail"),
    path("demonstration/date-du-jour/", views.demo_day, name="demo_day"),
]
