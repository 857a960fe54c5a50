"""Who opens what: every address of the portal, with the object it names (tests.access.world) and the people it is for.

Read with « Access » of the house's design: closed by default, somebody else's object is a 404, rights by role. An
address missing here fails the walk, and so does a public one (`public`, `PUBLIC_LIBRARY`) that is not written here.
"""

from dataclasses import dataclass

Roles = frozenset[str]

NOBODY: Roles = frozenset()
ANONYMOUS = frozenset({"anonymous"})
OWNERS = frozenset({"owner", "member"})
"""The administrator and a member of the structure whose objects the world shows."""
STRUCTURES = OWNERS | {"stranger"}
"""And the administrator of another structure of the same territory."""
SLAI = frozenset({"slai"})
"""Of the lead territory of these structures; `slai_elsewhere` is of another."""
DPID = frozenset({"dpid_agent", "dpid_manager"})
SIGNATORY = frozenset({"signatory"})
CHIEF = frozenset({"administrator"})
AUDITOR = frozenset({"auditor"})
ELSEWHERE = frozenset({"slai_elsewhere"})
AGENTS = DPID | SLAI | ELSEWHERE | SIGNATORY | CHIEF | AUDITOR
SIGNED_IN = STRUCTURES | AGENTS
EVERYBODY = SIGNED_IN | ANONYMOUS
ROLES = sorted(EVERYBODY)

OWNER = frozenset({"owner"})
HEADS = frozenset({"owner", "stranger"})
"""Administrators of structures."""
TEAM = DPID | SLAI
"""The technical team of the territory (CdC 7.1)."""
EVALUATORS = TEAM | AUDITOR
"""Those who read CERs: no wider circle."""
READERS = EVALUATORS | SIGNATORY
"""Those who read a file once filed. The administrator runs the portal, not the files."""
DESKS = READERS | ELSEWHERE
"""The same on their lists, where each finds one's own territories."""
PLANNERS = EVALUATORS | ELSEWHERE
"""Those who read the training plan: it is the Département's, whatever the territory."""
SIGNING = DPID | SIGNATORY | AUDITOR
"""Those who read what is put to signature."""
NOTIFIERS = DPID | AUDITOR
NEWCOMERS = DPID | CHIEF | AUDITOR
"""Those who read requests for access."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One address for one object. `opens`: GET shows a page. `acts`: POST is taken. `knows`: those who may read the
    object named, and so may be told that an act is not theirs (403); to anybody else it does not exist (404).
    """

    name: str
    args: tuple[str, ...] = ()
    opens: Roles = NOBODY
    acts: Roles = NOBODY
    knows: Roles = NOBODY
    public: bool = False
    """Open to who is not signed in (`login_not_required`)."""


def page(name: str, opens: Roles, *args: str, knows: Roles = NOBODY) -> Rule:
    return Rule(name, args, opens=opens, knows=knows | opens, public="anonymous" in opens)


def form(name: str, acts: Roles, *args: str, opens: Roles | None = None, knows: Roles = NOBODY) -> Rule:
    """A page and what is sent from it; `opens` when more people read it."""
    opens = acts if opens is None else opens
    return Rule(name, args, opens=opens, acts=acts, knows=knows | opens, public="anonymous" in opens)


def act(name: str, acts: Roles, *args: str, knows: Roles = NOBODY) -> Rule:
    """POST only."""
    return Rule(name, args, acts=acts, knows=knows | acts, public="anonymous" in acts)


PORTAL = (
    page("home", EVERYBODY),
    page("help", SIGNED_IN),
    page("anonymity_help", SIGNED_IN),
    page("health", EVERYBODY),
    page("site_text", EVERYBODY, "text"),
    act("theme", EVERYBODY),
    Rule("components", public=True),  # la démonstration seulement, comme les quatre suivantes
    Rule("demo_mailbox", public=True),
    Rule("demo_mail", ("mail",), public=True),
    Rule("demo_day"),
)
ACCOUNTS = (
    form("profile", SIGNED_IN),
    page("security", SIGNED_IN),
    act("end_sessions", SIGNED_IN),
    form("leave", SIGNED_IN),
    # Entrer
    form("access_request", EVERYBODY),
    page("access_request_thanks", EVERYBODY),
    page("access_request_list", NEWCOMERS),
    page("access_request_detail", NEWCOMERS, "access_request"),
    act("access_request_accept", DPID, "access_request"),
    act("access_request_refuse", DPID, "access_request"),
    page("invitation_open", EVERYBODY, "token"),
    form("invitation_accept", EVERYBODY),
    # L’équipe
    page("member_list", STRUCTURES),
    form("member_invite", HEADS),
    page("agent_list", CHIEF),
    form("agent_invite", CHIEF),
    form("member_role", OWNER, "member"),
    form("member_role", CHIEF, "agent"),
    form("member_deactivate", OWNER, "member"),
    form("member_deactivate", CHIEF, "agent"),
    act("member_reactivate", OWNER, "member"),
    act("member_reactivate", CHIEF, "agent"),
    form("member_reset_factor", CHIEF, "member"),
    form("member_reset_factor", CHIEF, "agent"),
    act("invitation_resend", OWNER, "invitation"),
    act("invitation_resend", CHIEF, "agent_invitation"),
    act("invitation_revoke", OWNER, "invitation"),
    act("invitation_revoke", CHIEF, "agent_invitation"),
    # La structure et ses référents
    form("structure_edit", STRUCTURES),
    form("structure_correct", DPID, "structure"),
    page("referent_list", STRUCTURES),
    form("referent_add", STRUCTURES),
    form("referent_edit", OWNERS, "referent"),
    form("referent_leave", OWNERS, "referent"),
)
FILING = (
    page("filing", STRUCTURES),
    act("filing_open", STRUCTURES),
    form("filing_structure", STRUCTURES),
    # Attestations et engagements
    page("filing_certificates", STRUCTURES),
    act("filing_certificates_add", STRUCTURES),
    form("filing_certificate", OWNERS, "certificate"),
    act("filing_certificate_assign", OWNERS, "certificate"),
    act("filing_certificate_also", OWNERS, "certificate"),
    act("filing_certificate_remove", OWNERS, "certificate"),
    page("filing_certificate_file", OWNERS, "certificate"),
    page("filing_certificate_page", OWNERS, "certificate", "page"),
    page("filing_obligation", STRUCTURES, "R01", "M4"),
    act("filing_obligation_add", STRUCTURES, "R01", "M4"),
    act("filing_absence", STRUCTURES, "R01", "M4"),
    act("filing_newcomer", STRUCTURES, "R01", "M4"),
    act("filing_commitment_remove", OWNERS, "commitment"),
    page("filing_commitment_file", NOBODY, "commitment"),
    page("filing_commitment_file", OWNERS, "plan"),
    # CER
    page("filing_cers", STRUCTURES),
    act("filing_cers_add", STRUCTURES),
    form("filing_cer", OWNERS, "draft_cer"),
    act("filing_cer_replace", OWNERS, "draft_cer"),
    act("filing_cer_restore", OWNERS, "draft_cer"),
    act("filing_cer_remove", OWNERS, "draft_cer"),
    act("filing_cer_sort", OWNERS, "cer_to_sort"),
    act("filing_cer_take_back", OWNERS, "cer_to_sort"),
    form("cer_mask", OWNERS, "draft_cer"),
    form("cer_to_replace", OWNERS, "withdrawn_cer"),
    form("filing_support", OWNERS, "own_support"),
    form("filing_cer_redraw", OWNERS, "drawn_cer"),
    form("filing_lists", STRUCTURES),
    act("filing_draw", STRUCTURES),
    form("filing_paper_draw", STRUCTURES),
    form("filing_redraw", OWNERS, "R02"),
    form("filing_short_panel", STRUCTURES, "R01"),
    # Auto-évaluation, récapitulatif, dépôt
    page("filing_self", STRUCTURES),
    form("filing_self_cer", OWNERS, "draft_cer"),
    act("filing_self_save", OWNERS, "draft_cer"),
    act("filing_self_facts", OWNERS, "draft_cer"),
    act("filing_self_details", OWNERS, "draft_cer"),
    page("filing_self_template", STRUCTURES),
    form("filing_self_import", STRUCTURES),
    page("filing_self_import_check", STRUCTURES),
    act("filing_self_import_confirm", STRUCTURES),
    act("filing_self_import_drop", STRUCTURES),
    page("filing_summary", STRUCTURES),
    act("filing_declare", STRUCTURES),
    act("filing_submit", STRUCTURES),
    page("filing_filed", OWNERS, "decided"),
    page("filing_receipt", OWNERS, "decided"),
    # Messages
    page("message_list", STRUCTURES),
    act("message_post", STRUCTURES),
    act("messages_read", STRUCTURES),
)
CERS = (
    page("scoring_queue", EVALUATORS | ELSEWHERE),
    page("score_panel", EVALUATORS, "running_panel"),
    page("resume_scoring", DPID),
    form("recuse", TEAM, "running_panel"),
    form("lift_recusal", frozenset({"dpid_manager"}), "running_recusal"),
    act("claim_cer", DPID, "running_cer", knows=EVALUATORS),
    form("score_cer", DPID, "running_cer", opens=EVALUATORS),
    act("save_cer", DPID, "running_cer", knows=EVALUATORS),
    act("reopen_cer", DPID, "running_cer", knows=EVALUATORS),
    act("flag_cer", DPID, "running_cer", knows=EVALUATORS),
    page("cer_history", EVALUATORS, "running_cer"),
    page("cer_history", OWNERS, "draft_cer"),
    act("save_facts", DPID, "running_cer", knows=EVALUATORS),
    form("score_session", TEAM, "session_cer", opens=EVALUATORS),
    act("save_session", TEAM, "session_cer", knows=EVALUATORS),
    act("save_session_facts", TEAM, "session_cer", knows=EVALUATORS),
    page("agreement_overview", EVALUATORS | ELSEWHERE),
    page("annex_pdf", EVALUATORS, "running_panel", "controle"),
    page("annex_xlsx", EVALUATORS, "running_panel", "auto-evaluation"),
    page("annex_pdf", NOBODY, "running_panel", "temps-de-travail"),
    page("annex_pdf", OWNERS, "draft_panel", "auto-evaluation"),
    page("annex_xlsx", OWNERS, "draft_panel", "auto-evaluation"),
    page("annex_xlsx", NOBODY, "draft_panel", "controle"),
    page("draw_days", EVERYBODY),
    form("draw_recompute", EVERYBODY),
    page("draw_proof", EVALUATORS, "running_draw"),
    page("draw_proof", OWNERS, "draft_draw"),
    page("cer_page", EVALUATORS, "running_cer", "page"),
    page("cer_page", OWNERS, "draft_cer", "page"),
    page("cer_file", OWNERS, "draft_cer"),
    act("reveal_caf", TEAM, "running_cer", knows=EVALUATORS),
    act("reveal_caf", OWNERS, "draft_cer"),
)
FILES = (
    page("desk", DESKS),
    page("file_detail", READERS, "running"),
    form("cer_withdraw", TEAM, "running_cer"),
    form("cer_remark", SLAI, "session_cer"),
    page("file_of_panel", READERS, "running_panel"),
    page("session_of_panel", READERS, "running_panel"),
    page("file_training", READERS, "running"),
    page("file_scores", READERS, "running"),
    page("file_gaps", READERS, "running"),
    page("gaps_of_panel", READERS, "running_panel"),
    page("file_receipt", READERS, "running"),
    page("file_acknowledgement", READERS, "running"),
    page("file_commitment_proof", DPID, "running", "running_commitment", knows=READERS),
    page("file_commitment_proof", TEAM, "running", "running_plan", knows=READERS),
    page("certificate_batch", DPID, "running", knows=READERS),
    act("certificate_batch_accept", DPID, "running", knows=READERS),
    page("certificate_review", READERS, "running", "running_certificate"),
    page("certificate_page", READERS, "running", "running_certificate", "page"),
    page("certificate_file", READERS, "running", "running_certificate"),
    act("certificate_accept", DPID, "running", "running_certificate", knows=READERS),
    act("certificate_refuse", DPID, "running", "running_certificate", knows=READERS),
    act("support_ask", DPID, "running", "running_certificate", knows=READERS),
    act("support_withdraw", DPID, "running", "running_certificate", "running_support", knows=READERS),
    page("support_page", READERS, "running", "running_certificate", "running_support", "page"),
    page("support_file", READERS, "running", "running_certificate", "running_support"),
    act("file_acknowledge", DPID, "running", knows=READERS),
    act("file_declare_complete", DPID, "running", knows=READERS),
    form("file_assign", DPID, "running", knows=READERS),
    act("file_assign_to_me", DPID, "running", knows=READERS),
    form("file_dpid_opinion", DPID, "running", knows=READERS),
    form("file_slai_opinion", SLAI, "running", knows=READERS),
    form("file_convene", TEAM, "running", knows=READERS),
    form("file_session", TEAM, "in_session", opens=READERS),
    form("file_proposal", DPID, "running", knows=READERS),
    act("file_message", TEAM, "running", knows=READERS),
    act("file_note", TEAM, "running", knows=READERS),
    act("file_messages_read", TEAM, "running", knows=READERS),
)
TRAINING = (
    page("session_offer", STRUCTURES),
    form("session_enrol", STRUCTURES, "session"),
    form("enrolment_cancel", OWNERS, "enrolment"),
    form("enrolment_move", OWNERS, "enrolment"),
    page("coverage_list", PLANNERS),
    page("coverage_detail", OWNERS | EVALUATORS, "structure"),
    page("coverage_export", OWNERS | EVALUATORS, "structure"),
    page("referent_training", OWNERS | EVALUATORS, "referent"),
    form("referent_import", STRUCTURES),
    form("referent_import_check", STRUCTURES),
    act("referent_import_confirm", STRUCTURES),
    act("referent_import_drop", STRUCTURES),
    form("structure_import", OWNERS | TEAM, "structure"),
    form("structure_import_check", OWNERS | TEAM, "structure"),
    act("structure_import_confirm", OWNERS | TEAM, "structure"),
    act("structure_import_drop", OWNERS | TEAM, "structure"),
    page("import_template", STRUCTURES | DPID | SLAI | ELSEWHERE),
    act("past_training_drop", OWNERS | TEAM, "past_training"),
    page("training_plan", PLANNERS),
    form("session_add", DPID),
    page("module_catalogue", PLANNERS),
    form("module_add", DPID),
    form("module_edit", DPID, "module", knows=PLANNERS),
    form("module_withdraw", DPID, "module", knows=PLANNERS),
    page("session_detail", PLANNERS, "session"),
    page("session_sheet", DPID, "session", knows=PLANNERS),
    form("session_attendance", DPID, "session", knows=PLANNERS),
    form("session_confirm", DPID, "session", knows=PLANNERS),
    act("session_resume", DPID, "session", knows=PLANNERS),
    act("session_close", DPID, "session", knows=PLANNERS),
    form("attendance_correct", DPID, "past_enrolment", knows=EVALUATORS),
    page("attestation", OWNERS | EVALUATORS, "attestation"),
    page("attestation_pdf", OWNERS | EVALUATORS, "attestation"),
    page("attestation_check", EVERYBODY),
    page("attestation_check_code", EVERYBODY, "attestation_code"),
    page("session_room", DPID, "session", knows=PLANNERS),
    page("session_codes", DPID, "session", knows=PLANNERS),
    form("presence", EVERYBODY),
    page("presence_thanks", EVERYBODY),
    form("session_edit", DPID, "session", knows=PLANNERS),
    form("session_cancel", DPID, "session", knows=PLANNERS),
    form("enrolment_cancel_for", DPID, "enrolment", knows=EVALUATORS),
    page("calendar_link", STRUCTURES | PLANNERS),
    act("calendar_renew", STRUCTURES | PLANNERS),
    act("calendar_revoke", STRUCTURES | PLANNERS),
    page("calendar_feed", EVERYBODY, "calendar"),
)
DEADLINES = (
    page("deadline_list", SIGNED_IN),
    page("notice_failures", AGENTS),
    act("notice_retry", AGENTS - ELSEWHERE - AUDITOR, "failed_notice", knows=AUDITOR),
    page("notice_list", SIGNED_IN),
    act("notice_read_all", SIGNED_IN),
    act("notice_open", OWNER, "notice"),
)
DECISIONS = (
    page("label_check", EVERYBODY),
    page("label_check_code", EVERYBODY, "code"),
    page("label_register", EVERYBODY),
    page("label_register_csv", EVERYBODY),
    page("proposal_list", SIGNING),
    page("decision_review", SIGNING, "to_sign"),
    page("decision_preview", SIGNING, "to_sign"),
    act("decision_sign", SIGNATORY, "to_sign", knows=SIGNING),
    page("notification_list", NOTIFIERS),
    form("notification_record", DPID, "to_notify", knows=NOTIFIERS),
    page("notification_proof", NOTIFIERS, "notification"),
    form("notification_proof_join", DPID, "notification", knows=NOTIFIERS),
    page("letter", READERS | OWNERS, "letter"),
    page("letter_pdf", READERS | OWNERS, "letter"),
    page("label_list", DESKS),
    page("label_detail", READERS, "label"),
    page("trained_referents_pdf", READERS, "label"),
    page("trained_referents_xlsx", READERS, "label"),
    page("label_mine", STRUCTURES),
    page("moratorium_list", DESKS),
    page("moratorium_detail", READERS | OWNERS, "moratorium"),
    act("second_application_prepare", OWNERS, "moratorium", knows=READERS),
)
TABLE = (*PORTAL, *ACCOUNTS, *FILING, *CERS, *FILES, *TRAINING, *DEADLINES, *DECISIONS)

SHOWS_LABELS = frozenset({"home", "label_check_code", "label_register", "label_register_csv"})
"""Where anybody may read who holds a valid label: the structure's name is public there, nothing else of it."""

LIBRARY = ("account_", "mfa_", "admin:")
"""Prefixes of the addresses whose views are a library's."""
PUBLIC_LIBRARY = frozenset({
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_email_verification_sent", "account_confirm_email", "mfa_authenticate", "admin:login",
})  # fmt: skip
SIGNED_IN_LIBRARY = frozenset({
    "account_reauthenticate", "account_change_password", "account_set_password", "account_email", "mfa_index",
    "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
})  # fmt: skip
