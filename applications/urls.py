"""The structure's file, step by step; the agents' addresses follow."""

from django.urls import URLPattern, URLResolver, include, path

from applications.views import (
    desk,
    file_acts,
    file_batch,
    file_certificates,
    file_supports,
    files,
    filing,
    filing_cers,
    filing_certificates,
    filing_draws,
    filing_masking,
    filing_obligations,
    filing_self,
    filing_supports,
    gaps,
    messages,
    remarks,
    withdrawals,
)

filing_steps = [
    path("", filing.filing, name="filing"),
    path("ouvrir/", filing.filing_open, name="filing_open"),
    path("structure/", filing.filing_structure, name="filing_structure"),
    path("auto-evaluation/", filing_self.FilingSelf.as_view(), name="filing_self"),
    path("auto-evaluation/<int:cer_id>/", filing_self.FilingSelfCer.as_view(), name="filing_self_cer"),
    path("auto-evaluation/<int:cer_id>/enregistrer/", filing_self.FilingSelfSave.as_view(), name="filing_self_save"),
    path("auto-evaluation/<int:cer_id>/faits/", filing_self.FilingSelfFacts.as_view(), name="filing_self_facts"),
    path("auto-evaluation/<int:cer_id>/contrat/", filing_self.FilingSelfDetails.as_view(), name="filing_self_details"),
    path("auto-evaluation/modele.xlsx", filing_self.FilingSelfTemplate.as_view(), name="filing_self_template"),
    path("auto-evaluation/importer/", filing_self.FilingSelfImport.as_view(), name="filing_self_import"),
    path(
        "auto-evaluation/importer/relire/",
        filing_self.FilingSelfImportCheck.as_view(),
        name="filing_self_import_check",
    ),
    path(
        "auto-evaluation/importer/ecrire/",
        filing_self.FilingSelfImportConfirm.as_view(),
        name="filing_self_import_confirm",
    ),
    path(
        "auto-evaluation/importer/annuler/",
        filing_self.FilingSelfImportDrop.as_view(),
        name="filing_self_import_drop",
    ),
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
    path("<int:pk>/prouve-aussi/", filing_certificates.filing_certificate_also, name="filing_certificate_also"),
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
    path("<int:pk>/reprendre/", filing_cers.filing_cer_restore, name="filing_cer_restore"),
    path("<int:pk>/retirer/", filing_cers.filing_cer_remove, name="filing_cer_remove"),
    path("a-ranger/<int:pk>/", filing_cers.filing_cer_sort, name="filing_cer_sort"),
    path("a-ranger/<int:pk>/retirer/", filing_cers.filing_cer_take_back, name="filing_cer_take_back"),
    path("<int:pk>/masquer/", filing_masking.cer_mask, name="cer_mask"),
    path("<int:pk>/renvoyer/", withdrawals.cer_to_replace, name="cer_to_replace"),
    path("<int:pk>/autre-tirage/", filing_draws.filing_cer_redraw, name="filing_cer_redraw"),
    path("listes/", filing_draws.filing_lists, name="filing_lists"),
    path("tirer/", filing_draws.filing_draw, name="filing_draw"),
    path("sur-papier/", filing_draws.filing_paper_draw, name="filing_paper_draw"),
    path("tirer/<str:code>/", filing_draws.filing_redraw, name="filing_redraw"),
    path("motif/<str:code>/", filing_cers.filing_short_panel, name="filing_short_panel"),
]

filing_pages: list[URLPattern | URLResolver] = [
    *filing_steps,
    path("attestations/", include([*certificates, *obligations])),
    path("engagements/", include(commitments)),
    path("cer/", include(cers)),
    path("demandes/<int:pk>/", filing_supports.filing_support, name="filing_support"),
]

agent_pages: list[URLPattern | URLResolver] = [
    # La page d’un dossier et ses preuves
    path("", files.file_detail, name="file_detail"),
    path("formation/", files.file_training, name="file_training"),
    path("cotations/", files.file_scores, name="file_scores"),
    path("ecarts/", gaps.file_gaps, name="file_gaps"),
    path("accuse/", files.file_receipt, name="file_receipt"),
    path("accuse-de-reception/", files.file_acknowledgement, name="file_acknowledgement"),
    path(
        "engagements/<int:commitment_pk>/justificatif/",
        files.file_commitment_proof,
        name="file_commitment_proof",
    ),
    # Les attestations
    path("attestations/", file_batch.certificate_batch, name="certificate_batch"),
    path("attestations/accepter/", file_batch.certificate_batch_accept, name="certificate_batch_accept"),
    path(
        "attestations/<int:certificate_pk>/",
        file_certificates.certificate_review,
        name="certificate_review",
    ),
    path(
        "attestations/<int:certificate_pk>/pages/<int:number>.png",
        file_certificates.certificate_page,
        name="certificate_page",
    ),
    path(
        "attestations/<int:certificate_pk>/fichier/",
        file_certificates.certificate_file,
        name="certificate_file",
    ),
    path(
        "attestations/<int:certificate_pk>/accepter/",
        file_certificates.certificate_accept,
        name="certificate_accept",
    ),
    path(
        "attestations/<int:certificate_pk>/refuser/",
        file_certificates.certificate_refuse,
        name="certificate_refuse",
    ),
    path("attestations/<int:certificate_pk>/demander/", file_supports.support_ask, name="support_ask"),
    path(
        "attestations/<int:certificate_pk>/demandes/<int:support_pk>/retirer/",
        file_supports.support_withdraw,
        name="support_withdraw",
    ),
    path(
        "attestations/<int:certificate_pk>/demandes/<int:support_pk>/pages/<int:number>.png",
        file_supports.support_page,
        name="support_page",
    ),
    path(
        "attestations/<int:certificate_pk>/demandes/<int:support_pk>/fichier/",
        file_supports.support_file,
        name="support_file",
    ),
    # Les actes de l’équipe technique
    path("complet/", file_acts.DeclareComplete.as_view(), name="file_declare_complete"),
    path("accuse-de-reception/envoyer/", file_acts.Acknowledge.as_view(), name="file_acknowledge"),
    path("suivi/", file_acts.Assign.as_view(), name="file_assign"),
    path("suivi/moi/", file_acts.AssignToMe.as_view(), name="file_assign_to_me"),
    path("avis-dpid/", file_acts.DpidOpinion.as_view(), name="file_dpid_opinion"),
    path("avis-slai/", file_acts.SlaiOpinion.as_view(), name="file_slai_opinion"),
    path("temps-de-travail/convoquer/", file_acts.Convene.as_view(), name="file_convene"),
    path("temps-de-travail/", file_acts.Session.as_view(), name="file_session"),
    path("proposition/", file_acts.ProposalView.as_view(), name="file_proposal"),
    # Les messages
    path("messages/", messages.file_message, name="file_message"),
    path("notes/", messages.file_note, name="file_note"),
    path("messages/lus/", messages.file_messages_read, name="file_messages_read"),
]

own_messages = [
    path("", messages.message_list, name="message_list"),
    path("envoyer/", messages.message_post, name="message_post"),
    path("lus/", messages.messages_read, name="messages_read"),
]

urlpatterns = [
    path("dossier/", include(filing_pages)),
    path("messages/", include(own_messages)),
    path("dossiers/", desk.desk, name="desk"),
    path("cotation/<int:pk>/remarque-du-slai/", remarks.cer_remark, name="cer_remark"),
    path("cotation/<int:pk>/donnee-identifiante/", withdrawals.cer_withdraw, name="cer_withdraw"),
    path("dossiers/du-panel/<int:panel_pk>/", files.file_of_panel, name="file_of_panel"),
    path("dossiers/du-panel/<int:panel_pk>/temps-de-travail/", files.session_of_panel, name="session_of_panel"),
    path("dossiers/du-panel/<int:panel_pk>/ecarts/", gaps.gaps_of_panel, name="gaps_of_panel"),
    path("dossiers/<int:pk>/", include(agent_pages)),
]
