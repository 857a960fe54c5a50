"""The search by mechanism, both sides: what each finds, and what looks alike and is left in peace."""

import time
from datetime import date

import pytest

from documents.anonymity import OwnDetails, find_leaks
from documents.anonymity.reading import fold
from documents.anonymity.tokens import read
from documents.enums import FindingKind as K

TODAY = date(2026, 11, 23)
FOUND = {
    "civility": [
        (K.PERSON_NAME, "Mme D’Hooghe", "D’Hooghe"),
        (K.PERSON_NAME, "M . DUPONT a signé", "DUPONT"),
        (K.PERSON_NAME, "MmeVasseur est venue", "Vasseur"),
        (K.PERSON_NAME, "Mr petit est absent", "petit"),
        (K.PERSON_NAME, "Mme Lens est venue", "Lens"),
        (K.PERSON_NAME, "mme z bouchareb", "bouchareb"),
        (K.PERSON_NAME, "Monsieur abderrahmane ne lit pas", "abderrahmane"),
    ],
    "columns": [
        (K.PERSON_NAME, "Lien ; Nom ; Prénom\nmère ; Caudron ; Élise", "Caudron"),
        (K.BIRTH_DATE, "Nom   Prénom   Né(e) le\nRoy   Lou   02/02/2018", "02/02/2018"),
        (K.CAF_NUMBER, "Nom\tN° CAF\tFin\nRoy\t754 12 36\t2025", "754 12 36"),
        (K.FRANCE_TRAVAIL_ID, "Prénom | N° FT\nLou | 62145789012", "62145789012"),
    ],
    "particles and words": [
        (K.PERSON_NAME, "Mme Lamour née Van de Velde", "Van de Velde"),
        (K.PERSON_NAME, "mme da silva souhaite travailler", "da silva"),
        (K.PERSON_NAME, "BOULANGER Aurore", "BOULANGER Aurore"),
        (K.PERSON_NAME, "La famille Boulanger est relogée.", "Boulanger"),
        (K.PERSON_NAME, "Nom : LENS", "LENS"),
        (K.PERSON_NAME, "Je soussignée Agnieszka Petit m’engage", "Agnieszka Petit"),
        (K.PERSON_NAME, "F.-Z. El Mansouri a signé", "F.-Z. El Mansouri"),
        (K.PERSON_NAME, "Prénom : J e a n - M a r c", "J e a n - M a r c"),
    ],
    "label": [
        (K.PERSON_NAME, "Nom\nPrénom\nDubrulle\nHélène", "Dubrulle"),
        (K.PERSON_NAME, "nom d’usage tahri", "tahri"),
        (K.PERSON_NAME, "Norn : DUBRULLE", "DUBRULLE"),
        (K.PERSON_NAME, "Bénéficiaire: vasseur corinne", "vasseur corinne"),
        (K.PERSON_NAME, "Signature : J-P Lefebvre", "J-P Lefebvre"),
    ],
    "kin and trades": [
        (K.PERSON_NAME, "Hébergée chez sa sœur Aïcha", "Aïcha"),
        (K.PERSON_NAME, "la petite lea entre en CP", "lea"),
        (K.PERSON_NAME, "Médecin traitant wattelet, suivi mensuel", "wattelet"),
        (K.PERSON_NAME, "le papa (Freddy)", "Freddy"),
    ],
    "shape": [
        (K.PERSON_NAME, "Xhevahire Krasniqi est arrivée en 2016", "Xhevahire Krasniqi"),
        (K.PERSON_NAME, "VASSEUR C.", "VASSEUR C"),
        (K.PERSON_NAME, "D E L A H A Y E  Jocelyne", "D E L A H A Y E  Jocelyne"),
        (K.PERSON_NAME, "Mme Cuvi11ier", "Cuvi11ier"),
        (K.PERSON_NAME, "Avec Pierre, point sur le budget", "Pierre"),
        (K.PERSON_NAME, "Rappeler Delattre demain", "Delattre"),
        (K.PERSON_NAME, "rdv avec karim demain", "karim"),
        (K.PERSON_NAME, "Étaient là Pruvost, Delattre et Benali.", "Benali"),
        (K.PERSON_NAME, "suite à son appel Delattre confirme", "Delattre"),
    ],
    "list": [
        (K.PERSON_NAME, "Deux enfants, Noa et Timéo", "Timéo"),
        (K.PERSON_NAME, "Maël (CE1)", "Maël"),
        (K.PERSON_NAME, "Rose (4 ans)", "Rose"),
    ],
    "nearest label": [
        (K.FRANCE_TRAVAIL_ID, "Id FT | 5236417R | suivi CAF", "5236417R"),
        (K.FRANCE_TRAVAIL_ID, "Réinscrite PE (1234567X)", "1234567X"),
        (K.FRANCE_TRAVAIL_ID, "Identifiant\nFrance Travail\n7654321B", "7654321B"),
        (K.CAF_NUMBER, "Numéro allocataire CAF\nRSA\n7841256\nOui", "7841256"),
        (K.CAF_NUMBER, "numero allocataire1987452", "1987452"),
        (K.NIR, "n° de sécu 2840562318205", "2840562318205"),
        (K.NIR, "1 60 03 62 826 019 (illisible)", "1 60 03 62 826 019"),
        (K.PHONE, "tel:6 84 51 27 93", "6 84 51 27 93"),
        (K.PHONE, "n° +380 67 412 58 93", "+380 67 412 58 93"),
    ],
    "birth": [
        (K.BIRTH_DATE, "Jumeaux (08.03.2020) en maternelle", "08.03.2020"),
        (K.BIRTH_DATE, "née le 12 avri1 1987", "12 avri1 1987"),
        (K.BIRTH_DATE, "né le 12041987", "12041987"),
        (K.BIRTH_DATE, "née le premier juin mille neuf cent quatre-vingt-trois à Lens",
         "premier juin mille neuf cent quatre-vingt-trois"),
        (K.FRANCE_TRAVAIL_ID, "demandeur d’emploi 0621457890K", "0621457890K"),
        (K.NIR, "carte vitale 1850262041123 clé 57", "1850262041123 clé 57"),
        (K.BIRTH_DATE, "nés le 14/05/2015 et le 30/09/2018", "30/09/2018"),
    ],
    "dwelling": [
        (K.POSTAL_ADDRESS, "Tour Bretagne, porte 67", "Tour Bretagne, porte 67"),
        (K.POSTAL_ADDRESS, "vit 8, Grand-Place à Arras", "8, Grand-Place"),
        (K.POSTAL_ADDRESS, "12 Les Hauts Champs\n62300 LENS", "12 Les Hauts Champs\n62300 LENS"),
        (K.POSTAL_ADDRESS, "Adresse : rue Lamartine, Lens", "rue Lamartine"),
        (K.POSTAL_ADDRESS, "N° : 4   Voie : RUE D’HESDIN   Code postal : 62130   Commune : ARRAS",
         "RUE D’HESDIN   Code postal : 62130   Commune : ARRAS"),
    ],
    "account": [
        (K.IBAN, "iban FR76 3000 4008 1200 0032 1458 000", "FR76 3000 4008 1200 0032 1458 000"),
        (K.EMAIL, "contact titi.lens@outlook,fr", "titi.lens@outlook,fr"),
    ],
}  # fmt: skip
PEACE = {
    "civility": [
        "Mme souhaite un emploi", "M. le Conseiller", "Centre hospitalier Dr Schaffner", "madame na pas pu venir",
    ],
    "placeholders": ["Nom : XXXXX Prénom : XXXXX", "Mme X, Mme D. et M. D."],
    "shops": ["l’épicerie Le Panier d’Angèle", "Octobre Rose", "chez Kiabi, Start People, Crit"],
    "things and firms": [
        "Je connais Eiffage, Ramery et Colas Nord-Est.", "vélo (Décathlon), abonnement Artis, aide FARE",
        "la Carsat et Malakoff Humanis pour sa retraite", "motoculteur Honda, tunnels Richel. Vente à l’Amap",
        "Secteur République / Anatole-France / Cité des Cheminots",
    ],
    "offices": [
        "CNIL, 3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07",
        "contact@jardins-arcadie.fr, accueil.lens@asso62.fr", "absence : 03 21 45 67 89 (accueil)",
        "Pour toute question : 03 21 21 62 62", "Numéros : 15, 17, 18, 112, 114, 115, 119, 3114",
    ],
    "label": ["Nom : néant", "Bénéficiaire :\nContrat", "Signature : illisible", "Conjoint : décédé"],
    "services": ["Caf 32 30, Impôts 0 809 401 401", "Suivi par France Travail, ou 0 806 000 126"],
    "kin and trades": [
        "dossier n° 2024-0193", "la famille et les amis", "bailleur Maisons & Cités", "Bailleur SIA Habitat",
    ],
    "shape": [
        "Martin-pêcheur, nom du projet", "Couturier, BEP industrie", "AFPA Calais : titre ADVF", "OBJECTIF : EMPLOI",
        "Permis B obtenu", "Bully-les-Mines et Fouquières-lès-Béthune", "BRUAY LA BUISSIERE", "Stellantis, Faurecia",
    ],
    "place": [
        "Salle Roger Salengro", "École maternelle Jacques Prévert",
        "Hôpital Jean Eric Techer", "rue du Docteur Laennec",
        "Marie Claire Coiffure", "Employée chez Paul, gare d’Arras", "Stade Bollaert", "Garage Lefebvre : devis",
    ],
    "nearest label": [
        "N° FINESS 620118463", "Convention n° 2023-00458 du 12/06/2023", "Facture n° 1234567",
        "Droit CAF ouvert le 01/11/2019",
        "MDS de Saint-Omer\n16 rue de Whitstable\n62500 SAINT-OMER\n03 21 12 29 29",
    ],
    "birth": ["Contrat signé le 12/04/2005", "Permis obtenu le 12 juillet 2001", "Il n’est pas né d’hier"],
    "dwelling": ["2 cours de français par semaine", "1 place en crèche obtenue", "Tribunal, 34 rue de la République"],
}  # fmt: skip


def found(text):
    return [(leak.kind, text[leak.start : leak.end]) for leak in find_leaks(text, OwnDetails(), TODAY)]


@pytest.mark.parametrize(
    ("kind", "text", "excerpt"), [row for table in FOUND.values() for row in table], ids=lambda value: str(value)[:30]
)
def test_each_mechanism_finds(kind, text, excerpt):
    assert (kind, excerpt) in found(text)


@pytest.mark.parametrize("text", [text for table in PEACE.values() for text in table], ids=lambda text: text[:30])
def test_each_mechanism_leaves_in_peace(text):
    assert found(text) == []


HOSTILE = (
    "A",
    "1 ",
    "12 rue ",
    "1.1.1.",
    "FR76 ",
    "dupont ",
    "l ",
    "06 ",
    "12/04/1987 ",
    "Karim et ",
    "residence ",
    "a.b@",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_makes_the_search_slow(piece):
    """Twice the text takes about twice the time: no search goes back over what it has read."""
    find_leaks(piece, OwnDetails(), TODAY)

    def cost(size):
        text = (piece * size)[:size]
        started = time.process_time()
        find_leaks(text, OwnDetails(), TODAY)
        return time.process_time() - started

    assert min(cost(40_000), cost(40_000)) < 10 * max(cost(10_000), 0.05)


def test_letters_set_apart_are_one_word():
    assert [word.low for word in read(fold("D E L A H A Y E  Jocelyne, l’enfant").text).words] == [
        "delahaye", "jocelyne", "l'", "enfant",
    ]  # fmt: skip
