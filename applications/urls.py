"""The structure's file, step by step; the agents' addresses follow."""

from django.urls import URLPattern, URLResolver, include, path

from applications.views import filing, filing_cers, filing_certificates, filing_obligations, filing_self

filing_steps = [
    path("", filing.filing, name="filing"),
    path("ouvrir/", filing.filing_open, name="filing_open"),
    path("structure/", filing.filing_structure, name="filing_structure"),
    path("auto-evaluation/", filing_self.FilingSelf.as_view(), name="filing_self"),
    path("auto-evaluation/<int:cer_id>/", filing_self.FilingSelfCer.as_view(), name="filing_self_cer"),
    path("auto-evaluation/<int:cer_id>/enregistrer/", filing_self.FilingSelfSave.as_view(), name="filing_self_save"),
    path("auto-evaluation/<int:cer_id>/contrat/", filing_self.FilingSelfDetails.as_view(), name="filing_self_details"),
    path("recapitulatif/", filing.filing_summary, name="filing_summary"),
    path("recapitulatif/declarations/", filing.filing_declare, name="filing_declare"),
    path("deposer/", filing.filing_submit, name="filing_submit"),
    path("<int:pk>/", filing.filing_filed, name="filing_filed"),
    path("<int:pk>/depose/", filing.filing_receipt, name="filing_receipt"),
]

certificates = [
    path("", filing_certificates.filing_certificates, name="filing_certificates"),
    path("ajouter/", filing_certificates.filing_certificates_add, name="filing_certificates_add"),
    path("<int:pk>/", filing_certificates.filing_certificate, name="filing_certificate"),
    path("<int:pk>/ranger/", filing_certificates.filing_certificate_assign, name="filing_certificate_assign"),
    path("<int:pk>/retirer/", filing_certificates.filing_certificate_remove, name="filing_certificate_remove"),
    path("<int:pk>/fichier/", filing_certificates.filing_certificate_file, name="filing_certificate_file"),
    path(
        "<int:pk>/pages/<int:number>.png", filing_certificates.filing_certificate_page, name="filing_certificate_page"
    ),
]

obligations = [
    path("<str:code>/<str:obligation>/", filing_obligations.filing_obligation, name="filing_obligation"),
    path(
        "<str:code>/<str:obligation>/ajouter/", filing_obligations.filing_obligation_add, name="filing_obligation_add"
    ),
    path("<str:code>/<str:obligation>/absence/", filing_obligations.filing_absence, name="filing_absence"),
    path("<str:code>/<str:obligation>/arrivee/", filing_obligations.filing_newcomer, name="filing_newcomer"),
]

commitments = [
    path("<int:pk>/retirer/", filing_obligations.filing_commitment_remove, name="filing_commitment_remove"),
    path("<int:pk>/justificatif/", filing_obligations.filing_commitment_file, name="filing_commitment_file"),
]

cers = [
    path("", filing_cers.filing_cers, name="filing_cers"),
    path("ajouter/", filing_cers.filing_cers_add, name="filing_cers_add"),
    path("<int:pk>/", filing_cers.filing_cer, name="filing_cer"),
    path("<int:pk>/remplacer/", filing_cers.filing_cer_replace, name="filing_cer_replace"),
    path("<int:pk>/retirer/", filing_cers.filing_cer_remove, name="filing_cer_remove"),
    path("motif/<str:code>/", filing_cers.filing_short_panel, name="filing_short_panel"),
]

filing_pages: list[URLPattern | URLResolver] = [
    *filing_steps,
    path("attestations/", include([*certificates, *obligations])),
    path("engagements/", include(commitments)),
    path("cer/", include(cers)),
]

urlpatterns = [path("dossier/", include(filing_pages))]
