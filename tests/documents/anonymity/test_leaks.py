"""What the check of a text finds, and what it leaves in peace."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.anonymity import OwnDetails, find_leaks, mask
from documents.anonymity.reading import fold
from documents.enums import FindingKind as K

TODAY = date(2026, 11, 23)
OWN = OwnDetails(
    phones=frozenset({"+33321550102"}),
    emails=frozenset({"contact@lesamarres.example", "amarres@gmail.com"}),
    addresses=frozenset({"12 rue du Port\n62200 Boulogne-sur-Mer"}),
    professionals=("Claire Vasseur", "Jean-Marc Petit"),
)


def found(text):
    return [(leak.kind, text[leak.start : leak.end]) for leak in find_leaks(text, OWN, TODAY)]


LEAKS = [
    (K.NIR, "NIR : 2 87 04 62 498 123 36", "2 87 04 62 498 123 36"),
    (K.NIR, "Sécurité sociale 187046249812343", "187046249812343"),
    (K.NIR, "n° SS : 2 87 04 62 498 123", "2 87 04 62 498 123"),
    (K.NIR, "NIR 1.85.05.2A.123.456.29", "1.85.05.2A.123.456.29"),
    (K.CAF_NUMBER, "N° allocataire : 1234567 A", "1234567 A"),
    (K.CAF_NUMBER, "N° CAF\n4521367", "4521367"),
    (K.CAF_NUMBER, "Allocataire CAF n°4 521 367", "4 521 367"),
    (K.CAF_NUMBER, "Page 1\n4521367K\nContrat", "4521367K"),
    (K.FRANCE_TRAVAIL_ID, "Identifiant France Travail : 7654321B", "7654321B"),
    (K.FRANCE_TRAVAIL_ID, "n° Pôle emploi 7654321 B", "7654321 B"),
    (K.PHONE, "Joignable au 06.12.34.56.78", "06.12.34.56.78"),
    (K.PHONE, "tél : +33 (0)6 12 34 56 78", "+33 (0)6 12 34 56 78"),
    (K.PHONE, "tel 0612345678", "0612345678"),
    (K.PHONE, "06 12 34\n56 78", "06 12 34\n56 78"),
    (K.PHONE, "06 l2 34 S6 78", "06 l2 34 S6 78"),
    (K.EMAIL, "écrire à lea.roy62@gmail.com", "lea.roy62@gmail.com"),
    (K.EMAIL, "lea.roy @ orange . fr", "lea.roy @ orange . fr"),
    (K.EMAIL, "lea.roy(at)laposte.net", "lea.roy(at)laposte.net"),
    (K.POSTAL_ADDRESS, "demeurant 14 rue Jean Jaurès, 62300 Lens", "14 rue Jean Jaurès, 62300 Lens"),
    (K.POSTAL_ADDRESS, "Adresse : 3 bis, allée des Pins\n62400 Béthune", "3 bis, allée des Pins\n62400 Béthune"),
    (K.POSTAL_ADDRESS, "logement au 27 boulevard Basly", "27 boulevard Basly"),
    (K.POSTAL_ADDRESS, "domiciliée résidence Les Lys, appt 2, 62100 Calais", "résidence Les Lys, appt 2, 62100 Calais"),
    (K.BIRTH_DATE, "née le 12/04/1987", "12/04/1987"),
    (K.BIRTH_DATE, "Né(e) le : 3 mars 1975", "3 mars 1975"),
    (K.BIRTH_DATE, "Date de naissance\n12.04.87", "12.04.87"),
    (K.BIRTH_DATE, "DDN 1987-04-12", "1987-04-12"),
    (K.BIRTH_DATE, "12/04/1987", "12/04/1987"),
    (K.IBAN, "IBAN : FR76 3000 6000 0112 3456 7890 189", "FR76 3000 6000 0112 3456 7890 189"),
    (K.IBAN, "FR7630006000011234567890189", "FR7630006000011234567890189"),
    (K.PERSON_NAME, "Mme DUPONT est reçue", "DUPONT"),
    (K.PERSON_NAME, "Monsieur Karim Benali", "Karim Benali"),
    (K.PERSON_NAME, "M. et Mme Lefebvre", "Lefebvre"),
    (K.PERSON_NAME, "Nom : LEFEBVRE", "LEFEBVRE"),
    (K.PERSON_NAME, "Nom et prénom : Wojciechowski Anna", "Wojciechowski Anna"),
    (K.PERSON_NAME, "Prénom : élodie\n", "élodie"),
    (K.PERSON_NAME, "Je soussignée Sophie Delattre m’engage", "Sophie Delattre"),
    (K.PERSON_NAME, "DELATTRE Sophie", "DELATTRE Sophie"),
    (K.PERSON_NAME, "son fils Kévin est scolarisé", "Kévin"),
    (K.PERSON_NAME, "Signature du bénéficiaire : Sophie Delattre", "Sophie Delattre"),
    (K.PERSON_NAME, "la famille Caron", "Caron"),
    (K.PERSON_NAME, "Karim a repris contact", "Karim"),
    (K.PERSON_NAME, "madame dupont viendra", "dupont"),
    (K.REFERENT_NAME, "Référente : Claire Vasseur", "Claire Vasseur"),
    (K.REFERENT_NAME, "Entretien avec M. Petit", "Petit"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "excerpt"), LEAKS, ids=[text[:40] for _, text, _ in LEAKS])
def test_a_leak_is_found_with_its_kind_and_its_place(kind, text, excerpt):
    assert found(text) == [(kind, excerpt)]


CLEAN = [
    "Contrat du 01/09/2024 au 28/02/2025, signé le 30 août 2024.",
    "Loi du 1er décembre 1988 et décret du 12/04/1987.",
    "Budget : 1 234 567 € par an, soit 102 880,50 euros par mois.",
    "SIRET 732 829 320 00074 ; SIREN 732829320",
    "Appeler le 39 49, le 3646 ou le 0 800 623 623.",
    "Mairie de Lens, tél. 03 21 69 86 86",
    "Rendez-vous à la Mission locale, 3 rue de la Gare, 62300 Lens",
    "Maison du Département Solidarité, 153 rue Brosselette, 62000 Arras",
    "Tél. de la structure : 03 21 55 01 02, contact@lesamarres.example, amarres@gmail.com",
    "accueil@pasdecalais.fr",
    "Les Amarres, 12 rue du Port, 62200 Boulogne-sur-Mer",
    "Référence R03-CER2, contrat n° 2024-118",
    "M. X est reçu par Mme D. le 12/09/2024.",
    "Monsieur le Président du Conseil départemental du Pas-de-Calais",
    "Nom : ……………… Prénom : ………………",
    "Nom : X Prénom : anonymisé",
    "Signature du bénéficiaire : lu et approuvé",
    "La personne habite Saint-Omer et cherche un emploi à Boulogne-sur-Mer.",
    "Inscription au lycée Guy Mollet, puis au centre social Jean Ferrat.",
    "Action 1 : Préparer le permis de conduire du 02/09/2024 au 31/01/2025.",
    "Marine marchande, Rose des vents, Claire et précise.",
    "Contrat d’engagements réciproques, solidarité, durée : 6 mois",
    "Point d’étape prévu le 04/05/2026 ; ne pas oublier.",
]


@pytest.mark.parametrize("text", CLEAN, ids=[text[:40] for text in CLEAN])
def test_what_names_nobody_is_left_in_peace(text):
    assert found(text) == []


PRESENTED = [
    ("Référent : Claire Vasseur", [K.REFERENT_NAME]),
    ("Contrat R03-CER2\nNom et prénom de la référente : Mme VASSEUR", [K.REFERENT_NAME]),
    ("Bénéficiaire : Mme X | Signature du référent : Claire Vasseur", [K.REFERENT_NAME]),
    ("Monsieur est accompagné par le travailleur social Jean-Marc Petit.", [K.REFERENT_NAME]),
    ("Référente RSA : Claire Vasseur\nClaire Vasseur reçoit le mardi.", [K.REFERENT_NAME, K.REFERENT_NAME]),
    ("Référente : Claire Vasseur\nClaire cherche un logement.", [K.REFERENT_NAME, K.PERSON_NAME]),
    ("Référent : Claire Vasseur\nBénéficiaire : Léa Roy", [K.REFERENT_NAME, K.PERSON_NAME]),
    ("Référente : Mme Vasseur\nMme Vasseur cherche un emploi.", [K.REFERENT_NAME, K.PERSON_NAME]),
    ("Suivie par la référente, Mme Roy cherche un emploi.", [K.PERSON_NAME]),
    ("Entretien avec le référent et Mme Roy", [K.PERSON_NAME]),
    ("Entretien référent Mme Roy", [K.PERSON_NAME]),
    ("Référent :   Mme Roy", [K.PERSON_NAME]),
    ("Référent :\nMme Roy", [K.PERSON_NAME]),
    ("Référent : Claire Vasseur Léa Roy", [K.PERSON_NAME]),
    ("Bénéficiaire et référent : Léa Roy", [K.PERSON_NAME]),
    ("Personne référente : Léa Roy", [K.PERSON_NAME]),
    ("Conseillère France Travail : Léa Roy", [K.PERSON_NAME]),
]


@pytest.mark.parametrize(("text", "kinds"), PRESENTED)
def test_a_contract_of_no_known_structure_presents_its_referent(text, kinds):
    assert [leak.kind for leak in find_leaks(text, OwnDetails(), TODAY)] == kinds


def test_where_the_structure_is_known_only_its_own_are_professionals():
    leaks = find_leaks("Référent : Léa Roy\nRéférente : Claire Vasseur", OWN, TODAY)
    assert [leak.kind for leak in leaks] == [K.PERSON_NAME, K.REFERENT_NAME]


def test_somebody_else_s_name_beside_a_professional_is_a_leak():
    assert (K.PERSON_NAME, "Claire Dubois") in found("Madame Claire Dubois, référente Claire Vasseur")


@given(st.text())
def test_folding_loses_no_place(text):
    folded = fold(text)
    assert len(folded.origin) == len(folded.text)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= index < len(text) for index in folded.origin)


@given(st.text())
def test_no_text_makes_the_search_fail(text):
    for leak in find_leaks(text, OWN, TODAY):
        assert 0 <= leak.start < leak.end <= len(text)


@given(st.text())
def test_a_masked_excerpt_keeps_no_digit_and_no_word(text):
    masked = mask(text)
    assert not any(sign.isdecimal() for sign in masked)
    assert not re.search(r"[^\W\d_]{2,}", masked)


SEPARATORS = st.sampled_from(["", " ", ".", "-", "  ", "\u00a0"])


@given(
    st.integers(1, 2),
    st.integers(0, 99),
    st.integers(1, 12),
    st.integers(1, 95),
    st.integers(1, 999),
    st.integers(1, 999),
    SEPARATORS,
)
def test_a_nir_with_its_key_is_found_however_it_is_written(sex, year, month, department, commune, order, gap):
    body = f"{sex}{year:02}{month:02}{department:02}{commune:03}{order:03}"
    groups = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:13], f"{97 - int(body) % 97:02}")
    written = gap.join(groups)
    assert found(f"Contrat {written}, page 1") == [(K.NIR, written)]


@given(
    st.integers(1, 7),
    st.lists(st.integers(0, 99), min_size=4, max_size=4),
    SEPARATORS,
    st.sampled_from(["0", "+33", "0033 ", "+33 (0)"]),
)
def test_a_telephone_is_found_however_it_is_written(area, pairs, gap, prefix):
    written = f"{prefix}{area}{gap}" + gap.join(f"{pair:02}" for pair in pairs)
    leaks = found(f"joindre au {written} le soir")
    assert [kind for kind, _ in leaks] == [K.PHONE] or written.endswith("21550102")
