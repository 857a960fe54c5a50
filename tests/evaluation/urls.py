"""The portal's addresses, with the self-evaluation mounted without the filing around it."""

from django.urls import path

from evaluation.views import self_evaluation as views
from label_portal.urls import urlpatterns as portal

urlpatterns = [
    *portal,  # first, so that the names below are ours
    path("auto-evaluation/", views.SelfOverview.as_view(), name="filing_self"),
    path("auto-evaluation/<int:cer_id>/", views.SelfEvaluateCer.as_view(), name="filing_self_cer"),
    path("auto-evaluation/<int:cer_id>/enregistrer/", views.SelfSaveCer.as_view(), name="filing_self_save"),
    path("auto-evaluation/<int:cer_id>/faits/", views.SelfSaveFacts.as_view(), name="filing_self_facts"),
    path("auto-evaluation/<int:cer_id>/contrat/", views.SelfCerDetails.as_view(), name="filing_self_details"),
    path("recapitulatif/", views.SelfOverview.as_view(), name="filing_summary"),
]
