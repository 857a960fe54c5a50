"""People, structures and access. django-allauth's views stand here one by one, under French addresses: what is not
listed (signing up, several addresses) does not exist."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes.views import generate_recovery_codes
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.views import access, invitations, members, profile, referents, structures
from accounts.views.recovery import recovery_codes, recovery_codes_file

to_access_request = login_not_required(RedirectView.as_view(pattern_name="access_request"))

signing_in = [
    path("connexion/", account.login, name="account_login"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("compte-ferme/", account.account_inactive, name="account_inactive"),
    path("inscription/", to_access_request, name="account_signup"),
    path("confirmer-identite/", account.reauthenticate, name="account_reauthenticate"),
    path("mot-de-passe/", account.password_change, name="account_change_password"),
    path("mot-de-passe/choisir/", account.password_set, name="account_set_password"),
    path("mot-de-passe/oublie/", account.password_reset, name="account_reset_password"),
    path("mot-de-passe/oublie/envoye/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("mot-de-passe/change/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("adresse/", account.email, name="account_email"),
    path("adresse/lien-envoye/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^adresse/confirmer/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("second-facteur/", RedirectView.as_view(pattern_name="security"), name="mfa_index"),
    path("second-facteur/code/", mfa.authenticate, name="mfa_authenticate"),
    path("second-facteur/confirmer-identite/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-facteur/activer/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-facteur/desactiver/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-facteur/secours/", recovery_codes, name="mfa_view_recovery_codes"),
    path("second-facteur/secours/nouveaux/", generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-facteur/secours/telecharger/", recovery_codes_file, name="mfa_download_recovery_codes"),
]

own_account = [
    path("profil/", profile.profile, name="profile"),
    path("securite/", profile.security, name="security"),
    path("securite/fermer-les-sessions/", profile.end_sessions, name="end_sessions"),
    path("securite/quitter/", profile.leave, name="leave"),
]

access_to_the_portal = [
    path("demander-un-acces/", access.access_request, name="access_request"),
    path("demander-un-acces/merci/", access.access_request_thanks, name="access_request_thanks"),
    path("demandes-d-acces/", access.access_request_list, name="access_request_list"),
    path("demandes-d-acces/<int:pk>/", access.access_request_detail, name="access_request_detail"),
    path("demandes-d-acces/<int:pk>/accepter/", access.access_request_accept, name="access_request_accept"),
    path("demandes-d-acces/<int:pk>/refuser/", access.access_request_refuse, name="access_request_refuse"),
    path("invitation/", invitations.invitation_accept, name="invitation_accept"),
    path("invitation/<str:token>/", invitations.invitation_open, name="invitation_open"),
]

team = [
    path("structure/membres/", members.member_list, name="member_list"),
    path("structure/membres/inviter/", members.member_invite, name="member_invite"),
    path("agents/", members.agent_list, name="agent_list"),
    path("agents/inviter/", members.agent_invite, name="agent_invite"),
    path("equipe/<int:pk>/role/", members.member_role, name="member_role"),
    path("equipe/<int:pk>/fermer/", members.member_deactivate, name="member_deactivate"),
    path("equipe/<int:pk>/rouvrir/", members.member_reactivate, name="member_reactivate"),
    path("equipe/<int:pk>/second-facteur/", members.member_reset_factor, name="member_reset_factor"),
    path("equipe/invitations/<int:pk>/renvoyer/", members.invitation_resend, name="invitation_resend"),
    path("equipe/invitations/<int:pk>/annuler/", members.invitation_revoke, name="invitation_revoke"),
]

structure = [
    path("structure/modifier/", structures.structure_edit, name="structure_edit"),
    path("structures/<int:pk>/modifier/", structures.structure_correct, name="structure_correct"),
    path("structure/referents/", referents.referent_list, name="referent_list"),
    path("structure/referents/ajouter/", referents.referent_add, name="referent_add"),
    path("structure/referents/<int:pk>/", referents.referent_edit, name="referent_edit"),
    path("structure/referents/<int:pk>/depart/", referents.referent_leave, name="referent_leave"),
]

urlpatterns = [*signing_in, *own_account, *access_to_the_portal, *team, *structure]
