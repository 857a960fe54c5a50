"""The training plan: what structures choose from, what the Département runs, and one's own agenda."""

from django.urls import path

from training.views import attendance, calendars, closing, coverage, offer, plan, rooms

urlpatterns = [
    path("formations/", offer.session_offer, name="session_offer"),
    path("formations/<int:pk>/", offer.session_enrol, name="session_enrol"),
    path("formations/inscriptions/<int:pk>/annuler/", offer.enrolment_cancel, name="enrolment_cancel"),
    path("formations/inscriptions/<int:pk>/changer/", offer.enrolment_move, name="enrolment_move"),
    path("formations/structures/", coverage.coverage_list, name="coverage_list"),
    path("formations/structures/<int:pk>/", coverage.coverage_detail, name="coverage_detail"),
    path("formations/structures/<int:pk>/tableau.xlsx", coverage.coverage_export, name="coverage_export"),
    path("formations/referents/<int:pk>/", coverage.referent_training, name="referent_training"),
    path("plan-de-formation/", plan.training_plan, name="training_plan"),
    path("plan-de-formation/nouvelle/", plan.session_add, name="session_add"),
    path("plan-de-formation/<int:pk>/", plan.session_detail, name="session_detail"),
    path("plan-de-formation/<int:pk>/emargement.pdf", plan.session_sheet, name="session_sheet"),
    path("plan-de-formation/<int:pk>/presences/", attendance.session_attendance, name="session_attendance"),
    path("plan-de-formation/<int:pk>/presences/confirmer/", attendance.session_confirm, name="session_confirm"),
    path("plan-de-formation/<int:pk>/presences/reprendre/", attendance.session_resume, name="session_resume"),
    path("plan-de-formation/<int:pk>/modifier/", plan.session_edit, name="session_edit"),
    path("plan-de-formation/<int:pk>/annuler/", plan.session_cancel, name="session_cancel"),
    path("plan-de-formation/inscriptions/<int:pk>/annuler/", plan.enrolment_cancel_for, name="enrolment_cancel_for"),
    path("plan-de-formation/<int:pk>/clore/", closing.session_close, name="session_close"),
    path("plan-de-formation/inscriptions/<int:pk>/corriger/", closing.attendance_correct, name="attendance_correct"),
    path("formations/attestations/<int:pk>/", closing.attestation, name="attestation"),
    path("formations/attestations/<int:pk>/pdf/", closing.attestation_pdf, name="attestation_pdf"),
    path("attestations/verifier/", closing.attestation_check, name="attestation_check"),
    path("attestations/verifier/<str:code>/", closing.attestation_check_code, name="attestation_check_code"),
    path("plan-de-formation/<int:pk>/salle/", rooms.session_room, name="session_room"),
    path("plan-de-formation/<int:pk>/codes.pdf", rooms.session_codes, name="session_codes"),
    path("presence/", rooms.presence, name="presence"),
    path("presence/merci/", rooms.presence_thanks, name="presence_thanks"),
    path("agenda/", calendars.calendar_link, name="calendar_link"),
    path("agenda/adresse/", calendars.calendar_renew, name="calendar_renew"),
    path("agenda/adresse/retirer/", calendars.calendar_revoke, name="calendar_revoke"),
    path("agenda/<str:token>.ics", calendars.calendar_feed, name="calendar_feed"),
]
