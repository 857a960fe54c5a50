"""The agents' scoring, and the pages of CERs. The addresses of the self-evaluation are those of the filing."""

from django.urls import path

from evaluation.views import agreement, annex, draws, files, history, recusals, workstation

urlpatterns = [
    path("cotation/", workstation.scoring_queue, name="scoring_queue"),
    path("cotation/panel/<int:panel_id>/", workstation.score_panel, name="score_panel"),
    path("cotation/reprendre/", workstation.resume_scoring, name="resume_scoring"),
    path("cotation/panel/<int:panel_id>/deport/", recusals.recuse, name="recuse"),
    path("cotation/deports/<int:recusal_id>/lever/", recusals.lift_recusal, name="lift_recusal"),
    path("cotation/<int:cer_id>/tenir/", workstation.ClaimCer.as_view(), name="claim_cer"),
    path("cotation/<int:cer_id>/", workstation.ScoreCer.as_view(), name="score_cer"),
    path("cotation/<int:cer_id>/enregistrer/", workstation.SaveCer.as_view(), name="save_cer"),
    path("cotation/<int:cer_id>/rouvrir/", workstation.ReopenCer.as_view(), name="reopen_cer"),
    path("cotation/<int:cer_id>/a-revoir/", workstation.FlagCer.as_view(), name="flag_cer"),
    path("cer/<int:cer_id>/historique/", history.cer_history, name="cer_history"),
    path("cotation/<int:cer_id>/faits/", workstation.SaveFacts.as_view(), name="save_facts"),
    path("temps-de-travail/<int:cer_id>/faits/", workstation.SaveSessionFacts.as_view(), name="save_session_facts"),
    path("temps-de-travail/<int:cer_id>/", workstation.ScoreSession.as_view(), name="score_session"),
    path("temps-de-travail/<int:cer_id>/enregistrer/", workstation.SaveSession.as_view(), name="save_session"),
    path("cer/<int:cer_id>/pages/<int:number>.png", files.cer_page, name="cer_page"),
    path("cer/<int:cer_id>/fichier/", files.cer_file, name="cer_file"),
    path("cotation/accord/", agreement.agreement_overview, name="agreement_overview"),
    path("cotation/panel/<int:panel_id>/annexe-2/<slug:slug>.pdf", annex.annex_pdf_file, name="annex_pdf"),
    path("cotation/panel/<int:panel_id>/annexe-2/<slug:slug>.xlsx", annex.annex_xlsx_file, name="annex_xlsx"),
    path("tirages/", draws.draw_days, name="draw_days"),
    path("tirages/recalculer/", draws.draw_recompute, name="draw_recompute"),
    path("tirages/<str:number>/", draws.draw_proof, name="draw_proof"),
    path("cer/<int:cer_id>/numero-caf/", files.reveal_caf, name="reveal_caf"),
]
