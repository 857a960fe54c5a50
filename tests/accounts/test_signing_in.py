"""Signing in and what guards an account: passwords, addresses, factors, limits. All in French."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as django_settings
from django.contrib.auth import get_user
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NEW = "dunes et oyats du Touquet"


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def log_in(client, user, password=factories.PASSWORD, **data):
    return client.post(reverse("account_login"), {"login": user.email, "password": password, **data})


def reauthenticate(client):
    return client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})


def without_token(response):
    return re.sub(r'value="\w{64}"', "", response.content.decode())


@pytest.fixture
def user():
    return factories.make_user(Role.STRUCTURE_ADMIN)


def link_in(mail):
    return re.search(rf"{django_settings.PORTAL_URL}(/\S+)", mail.body).group(1)


# Password -----------------------------------------------------------------------------------------------------


def test_signing_in_and_out(client, user):
    before = client.get(reverse("account_login")) and client.session.session_key
    assert log_in(client, user)["Location"] == reverse("home")
    assert client.session.session_key != before
    assert get_user(client) == user
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.post(reverse("account_logout"))["Location"] == "/"
    assert not get_user(client).is_authenticated


def test_the_address_may_be_typed_in_capitals(client, user):
    user.email = user.email.upper()
    assert log_in(client, user).status_code == 302


@pytest.mark.parametrize(
    "target", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)", "/\\ailleurs"]
)
def test_signing_in_leads_nowhere_else(client, user, target):
    assert log_in(client, user, next=target)["Location"] == reverse("home")


def test_signing_in_leads_back(client, user):
    response = client.get(reverse("profile"))
    assert response["Location"] == f"{reverse('account_login')}?next={reverse('profile')}"
    assert log_in(client, user, next=reverse("profile"))["Location"] == reverse("profile")


def test_wrong_password_unknown_address_and_closed_account_read_the_same(client, user):
    closed = factories.make_user(is_active=False)
    tries = [(user.email, "faux"), ("inconnue@exemple.fr", "faux"), (closed.email, "faux")]
    pages = []
    for email, password in tries:
        response = client.post(reverse("account_login"), {"login": email, "password": password})
        assert response.status_code == 200
        pages.append(without_token(response).replace(email, ""))
    assert pages[0] == pages[1] == pages[2]
    assert "L’adresse ou le mot de passe ne convient pas." in pages[0]


def test_a_closed_account_is_told_to_who_knows_its_password(client):
    closed = factories.make_user(is_active=False)
    response = log_in(client, closed)
    assert response["Location"] == reverse("account_inactive")
    assert not get_user(client).is_authenticated
    assert "Ce compte est fermé" in client.get(response["Location"]).content.decode()


def test_failures_are_limited_for_known_and_unknown_alike(client, user, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "100/m/ip,5/300s/key", "login": "100/m/ip"}
    for email in (user.email, "inconnue@exemple.fr"):
        pages = [
            client.post(reverse("account_login"), {"login": email, "password": "faux"}).content.decode()
            for _ in range(6)
        ]
        assert ["ne convient pas" in page for page in pages] == [True] * 5 + [False]
        assert "Trop d’essais en peu de temps. Attendez cinq minutes" in pages[5]
    assert log_in(client, user).status_code == 200, "even the right password waits"
    with time_machine.travel(django_now() + timedelta(minutes=6)):
        assert log_in(client, user).status_code == 302


def django_now():
    from django.utils import timezone

    return timezone.now()


def test_pages_are_limited_in_french(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    answers = [client.post(reverse("account_login"), {"login": "x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Trop d’essais en peu de temps" in answers[2].content.decode()


def test_nobody_signs_up(client):
    assert client.get(reverse("account_signup"))["Location"] == reverse("access_request")
    client.post(reverse("account_signup"), {"email": "x@exemple.fr", "password1": NEW, "password2": NEW})
    assert not User.objects.exists()


def test_a_forgotten_password(client, user, mailoutbox):
    response = client.post(reverse("account_reset_password"), {"email": user.email}, follow=True)
    assert "Si cette adresse a un compte" in response.content.decode()
    (mail,) = mailoutbox
    assert mail.subject == "Choisir un nouveau mot de passe"
    url = client.get(link_in(mail))["Location"]
    assert "Choisissez un nouveau mot de passe" in client.get(url).content.decode()
    response = client.post(url, {"password1": NEW, "password2": "autre chose"})
    assert "Les deux mots de passe diffèrent." in response.content.decode()
    response = client.post(url, {"password1": "court", "password2": "court"})
    assert "trop court" in response.content.decode()
    response = client.post(url, {"password1": NEW, "password2": NEW}, follow=True)
    assert "Votre mot de passe est changé" in response.content.decode()
    assert [each.subject for each in mailoutbox[1:]] == ["Votre mot de passe a changé"]
    assert log_in(client, user).status_code == 200
    assert log_in(client, user, NEW).status_code == 302
    client.post(reverse("account_logout"))
    assert "Ce lien n’est plus valable" in client.get(link_in(mail)).content.decode()


def test_asking_for_a_password_tells_nothing(client, user, mailoutbox):
    closed = factories.make_user(is_active=False)
    answers = []
    for email in (user.email, "inconnue@exemple.fr", closed.email):
        response = client.post(reverse("account_reset_password"), {"email": email})
        answers.append((response.status_code, response["Location"]))
    assert len(set(answers)) == 1
    assert [mail.subject for mail in mailoutbox] == [
        "Choisir un nouveau mot de passe",
        "Votre demande de mot de passe",
        "Votre demande de mot de passe",
    ]
    assert f"{django_settings.PORTAL_URL}{reverse('access_request')}" in mailoutbox[1].body


def test_asking_is_limited(client, user, settings, mailoutbox):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "100/m/ip,3/h/key"}
    statuses = [client.post(reverse("account_reset_password"), {"email": user.email}).status_code for _ in range(5)]
    assert statuses[:3] == [302] * 3
    assert statuses[3:] != [302] * 2
    assert len(mailoutbox) == 3


def test_a_reset_link_grows_old(client, user, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": user.email})
    with time_machine.travel(django_now() + timedelta(days=4)):
        assert "Ce lien n’est plus valable" in client.get(link_in(mailoutbox[0])).content.decode()


def test_links_carry_the_portal_s_own_name(client, user, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(reverse("account_reset_password"), {"email": user.email}, headers={"host": "ailleurs.example"})
    assert "ailleurs" not in mailoutbox[0].body


def test_a_dead_mail_server_changes_no_answer(client, user, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for email in (user.email, "inconnue@exemple.fr"):
        assert client.post(reverse("account_reset_password"), {"email": email}).status_code == 302


def test_changing_the_password_ends_the_other_sessions(client, user, mailoutbox):
    other = type(client)()
    log_in(client, user)
    log_in(other, user)
    url = reverse("account_change_password")
    response = client.post(url, {"oldpassword": "faux", "password1": NEW, "password2": NEW})
    assert "Ce n’est pas votre mot de passe actuel." in response.content.decode()
    response = client.post(url, {"oldpassword": factories.PASSWORD, "password1": NEW, "password2": NEW})
    assert response["Location"] == reverse("security")
    assert client.get(reverse("profile")).status_code == 200
    assert other.get(reverse("profile")).status_code == 302
    assert [mail.subject for mail in mailoutbox] == ["Votre mot de passe a changé"]


# Address ------------------------------------------------------------------------------------------------------


def test_changing_the_address(client, user, mailoutbox):
    old, new = user.email, "nouvelle@exemple.fr"
    client.force_login(user)
    response = client.post(reverse("account_email"), {"email": new, "action_add": "1"})
    assert response["Location"].startswith(reverse("account_reauthenticate")), "it must be that person, now"
    assert reauthenticate(client).status_code == 302
    client.post(reverse("account_email"), {"email": new, "action_add": "1"})
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([new], "Confirmez votre nouvelle adresse")]
    user.refresh_from_db()
    assert user.email == old, "nothing changes before the link is opened"
    assert new in client.get(reverse("account_email")).content.decode()
    assert "Nouvelle adresse à confirmer" in client.get(reverse("security")).content.decode()
    link = link_in(mailoutbox[0])
    assert new in client.get(link).content.decode()
    client.post(link)
    user.refresh_from_db()
    assert user.email == new
    told = mailoutbox[1:]
    assert {mail.to[0] for mail in told} == {old, new}
    assert {mail.subject for mail in told} == {"L’adresse de votre compte a changé"}
    assert [each.email for each in EmailAddress.objects.filter(user=user)] == [new]


def test_abandoning_the_change(client, user, mailoutbox):
    client.force_login(user)
    client.get(reverse("account_reauthenticate"))
    reauthenticate(client)
    client.post(reverse("account_email"), {"email": "nouvelle@exemple.fr", "action_add": "1"})
    client.post(reverse("account_email"), {"email": "nouvelle@exemple.fr", "action_remove": "1"})
    assert [each.email for each in EmailAddress.objects.filter(user=user)] == [user.email]
    assert "Ce lien n’est plus valable" in client.get(link_in(mailoutbox[0])).content.decode()


def test_a_taken_address_is_not_told_and_not_given(client, user, mailoutbox):
    taken = factories.make_user().email
    client.force_login(user)
    reauthenticate(client)
    response = client.post(reverse("account_email"), {"email": taken, "action_add": "1"})
    assert response.status_code == 302, "as for any other address"
    client.post(link_in(mailoutbox[0]))
    user.refresh_from_db()
    assert user.email != taken


def test_one_s_own_address_is_no_change(client, user):
    client.force_login(user)
    reauthenticate(client)
    response = client.post(reverse("account_email"), {"email": user.email, "action_add": "1"})
    assert "C’est déjà votre adresse." in response.content.decode()


# Second factor ------------------------------------------------------------------------------------------------


for_real = pytest.mark.django_db(transaction=True)
"""The library tells and ends sessions once the factor is committed, within the request."""


def set_up(client):
    """The factor of the person signed in; its secret."""
    reauthenticate(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    return secret


@for_real
def test_the_whole_life_of_a_factor(client, user, mailoutbox):
    client.force_login(user)
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    secret = set_up(client)
    assert secret not in str(Authenticator.objects.values_list("data", flat=True)), "encrypted at rest"
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    file = client.get(reverse("mfa_download_recovery_codes"))
    assert file["Content-Disposition"] == 'attachment; filename="codes-de-secours.txt"'
    assert all(code in file.content.decode() for code in codes)
    assert "Codes de secours" in file.content.decode()
    client.post(reverse("account_logout"))

    assert log_in(client, user)["Location"] == reverse("mfa_authenticate")
    assert not get_user(client).is_authenticated
    response = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Ce code ne convient pas." in response.content.decode()
    with time_machine.travel(django_now() + timedelta(minutes=2)):
        client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert get_user(client) == user
    client.post(reverse("account_logout"))

    log_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert get_user(client) == user
    client.post(reverse("account_logout"))
    log_in(client, user)
    response = client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "Ce code ne convient pas." in response.content.decode(), "a recovery code serves once"
    client.post(reverse("mfa_authenticate"), {"code": codes[1]})

    reauthenticate(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    fresh = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert [mail.subject for mail in mailoutbox] == [
        "Second facteur activé",
        "Nouveaux codes de secours",
        "Second facteur retiré",
    ]


@for_real
def test_a_code_works_once(client, user):
    client.force_login(user)
    secret = set_up(client)
    client.post(reverse("account_logout"))
    with time_machine.travel(django_now() + timedelta(minutes=2)):
        code = code_for(secret)
        log_in(client, user)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert get_user(client) == user
        client.post(reverse("account_logout"))
        log_in(client, user)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert not get_user(client).is_authenticated


def test_a_wrong_code_activates_nothing(client, user):
    client.force_login(user)
    reauthenticate(client)
    client.get(reverse("mfa_activate_totp"))
    response = client.post(reverse("mfa_activate_totp"), {"code": "abc"})
    assert "Ce code ne convient pas." in response.content.decode()
    assert not Authenticator.objects.exists()


def test_a_new_password_does_not_go_round_the_factor(client, user, mailoutbox):
    factories.make_totp(user)
    client.post(reverse("account_reset_password"), {"email": user.email})
    url = client.get(link_in(mailoutbox[0]))["Location"]
    client.post(url, {"password1": NEW, "password2": NEW})
    assert not get_user(client).is_authenticated
    assert log_in(client, user, NEW)["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("profile")).status_code == 302


@for_real
def test_a_factor_ends_the_other_sessions(client, user):
    other = type(client)()
    client.force_login(user)
    other.force_login(user)
    set_up(client)
    assert client.get(reverse("profile")).status_code == 200
    assert other.get(reverse("profile")).status_code == 302


def test_the_address_can_change_with_a_factor(client, user, mailoutbox):
    factories.make_totp(user)
    client.force_login(user)
    reauthenticate(client)
    client.post(reverse("account_email"), {"email": "nouvelle@exemple.fr", "action_add": "1"})
    assert [mail.to for mail in mailoutbox] == [["nouvelle@exemple.fr"]]


def test_the_way_to_reauthenticate_may_be_the_code(client, user):
    secret = factories.make_totp(user)
    client.force_login(user)
    page = client.get(reverse("account_reauthenticate")).content.decode()
    assert "Confirmer avec un code du second facteur" in page
    assert "Confirmer avec votre mot de passe" in client.get(reverse("mfa_reauthenticate")).content.decode()
    client.post(reverse("mfa_reauthenticate"), {"code": code_for(secret)})
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200


# Words --------------------------------------------------------------------------------------------------------

PUBLIC = ["account_login", "account_reset_password", "account_reset_password_done", "account_inactive",
          "account_reset_password_from_key_done", "account_email_verification_sent", "access_request",
          "access_request_thanks"]  # fmt: skip
PRIVATE = ["account_logout", "account_change_password", "account_email", "account_reauthenticate", "profile",
           "security", "mfa_activate_totp", "leave"]  # fmt: skip
ENGLISH = re.compile(
    r"\b(sign|log|email address|password|submit|cancel|your|the|please|code is|enter|with|account has|current)\b",
    re.IGNORECASE,
)


def visible(html):
    body = re.sub(r"(?s)<(script|style|svg|code)\b.*?</\1>", " ", html)
    return re.sub(r"<[^>]+>", " ", body)


@pytest.mark.parametrize("name", [*PUBLIC, *PRIVATE])
def test_no_english_on_the_pages(client, user, name):
    if name in PRIVATE:
        client.force_login(user)
        reauthenticate(client)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert ENGLISH.findall(visible(response.content.decode())) == []
    assert "placeholder" not in response.content.decode()
