"""Decisions, labels, moratoria, and what the public may check."""

from django.urls import path

from labels.views import notifications, public, registers, signing, structure

urlpatterns = [
    # Public
    path("verifier/", public.label_check, name="label_check"),
    path("verifier/<str:code>/", public.label_check_code, name="label_check_code"),
    path("structures-labellisees/", public.label_register, name="label_register"),
    path("structures-labellisees/liste.csv", public.label_register_csv, name="label_register_csv"),
    # Signature
    path("signature/", signing.proposal_list, name="proposal_list"),
    path("signature/<int:pk>/", signing.decision_review, name="decision_review"),
    path("signature/<int:pk>/lettre/", signing.decision_preview, name="decision_preview"),
    path("signature/<int:pk>/signer/", signing.decision_sign, name="decision_sign"),
    # Notification
    path("decisions/a-notifier/", notifications.notification_list, name="notification_list"),
    path("decisions/<int:pk>/notification/", notifications.notification_record, name="notification_record"),
    path("decisions/preuves/<int:pk>/", notifications.notification_proof, name="notification_proof"),
    path("decisions/preuves/<int:pk>/joindre/", notifications.notification_proof_join, name="notification_proof_join"),
    path("lettres/<int:pk>/", structure.letter, name="letter"),
    path("lettres/<int:pk>/pdf/", structure.letter_pdf, name="letter_pdf"),
    # Labels et moratoires
    path("labels/", registers.label_list, name="label_list"),
    path("labels/<int:pk>/", registers.label_detail, name="label_detail"),
    path("labels/<int:pk>/referents-formes.pdf", structure.trained_referents_pdf, name="trained_referents_pdf"),
    path("labels/<int:pk>/referents-formes.xlsx", structure.trained_referents_xlsx, name="trained_referents_xlsx"),
    path("mon-label/", structure.label_mine, name="label_mine"),
    path("moratoires/", registers.moratorium_list, name="moratorium_list"),
    path("moratoires/<int:pk>/", registers.moratorium_detail, name="moratorium_detail"),
    path(
        "moratoires/<int:pk>/nouvelle-demande/", structure.second_application_prepare,
        name="second_application_prepare",
    ),
]  # fmt: skip
