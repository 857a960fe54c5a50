"""Contracts with a truth table: what was put into each that names somebody, and decoys that name nobody.

Names come from Faker and from lists of our own, not from the package that the search uses.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from faker import Faker
from stdnum.iban import calc_check_digits

from documents.enums import FindingKind as K

EDITED = date(2026, 3, 2)
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
OTHER_FIRST = (
    "Yacine",
    "Fatoumata",
    "Wiktoria",
    "Enzo",
    "Maëlys",
    "Abdelkader",
    "Rachida",
    "Kévin",
    "Jordan",
    "Océane",
    "Mohamed",
    "Zbigniew",
    "Ginette",
    "Élodie",
    "Jean-Luc",
    "Marie-Thérèse",
    "Dylan",
    "Cindy",
    "Oumar",
)
OTHER_LAST = (
    "Wojtkowiak",
    "Benhaddou",
    "Vanhoutte",
    "N’Diaye",
    "Delrue",
    "Caudrelier",
    "Lecocq",
    "Deschamps-Carlier",
    "Kaczmarek",
    "Ouchène",
    "Dos Santos",
    "Le Goff",
    "Bouzid",
    "Wallaert",
    "Dhédin",
    "Petitprez",
)
SITUATIONS = (
    "La personne est sans emploi depuis deux ans et perçoit le RSA pour un foyer de trois personnes.",
    "Elle souhaite travailler dans l’aide à domicile, mais n’a ni permis ni véhicule.",
    "Le logement est stable. Les frais de garde des enfants restent le premier frein à la reprise d’un emploi.",
    "Une dette de 1 284,50 € est en cours de règlement ; un échéancier a été accepté jusqu’au 30/09/2026.",
    "L’accompagnement a repris en janvier 2026 après un arrêt de six mois pour raison de santé.",
)
ACTIONS = (
    "Prendre rendez-vous avec la Mission locale, 12 rue de la Gare, 62300 Lens, avant le 15/04/2026.",
    "Appeler le 39 49 pour actualiser l’inscription, puis le 3646 pour les droits à la santé.",
    "Suivre l’atelier « budget » au centre social Jean Ferrat, du 04/05/2026 au 29/06/2026.",
    "Déposer un dossier d’aide au permis de conduire (1 200 €) auprès du Département.",
    "Participer à la visite de l’entreprise d’insertion Les Jardins du Cœur (SIRET 732 829 320 00074).",
    "Transmettre le CV à trois employeurs de Boulogne-sur-Mer et d’Arras chaque semaine.",
    "Rencontrer le médecin du travail de la Maison du Département, 153 rue Brosselette, 62000 Arras.",
)
REMARKS = (
    "M. X s’engage à être présent à chaque rendez-vous fixé par sa référente, Mme D.",
    "Je suis d’accord avec ces actions et je souhaite avancer sur la mobilité.",
    "La bénéficiaire rappelle que Lens est accessible en bus, mais pas Saint-Omer.",
    "Il est prévu un point d’étape le 02/06/2026, dans les locaux de la structure.",
)


@dataclass(frozen=True)
class Sheet:
    """A contract's text: `fields` (label, value) at its head, then paragraphs. `truth`: (kind, as written)."""

    reference: str
    fields: tuple[tuple[str, str], ...]
    paragraphs: tuple[str, ...]
    truth: tuple[tuple[K, str], ...] = ()
    footer: str = ""


@dataclass
class Draft:
    fields: list[tuple[str, str]] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    footer: str = ""
    truth: list[tuple[K, str]] = field(default_factory=list)


def sheet(seed: int, *, leaks: int) -> Sheet:
    """A contract with so many leaks of different kinds. Same arguments, same contract."""
    chance = random.Random(f"contrat {seed} {leaks}")
    end = EDITED + timedelta(days=180)
    draft = Draft(
        [
            ("Référence", f"R{chance.randint(1, 15):02}-CER{chance.randint(1, 5)}"),
            ("Type de contrat", "solidarité"),
            ("Date d’édition", f"{EDITED:%d/%m/%Y}"),
            ("Fin du contrat", f"{end:%d/%m/%Y}"),
        ],
        [
            "Constats partagés",
            *chance.sample(SITUATIONS, 3),
            "Actions",
            *chance.sample(ACTIONS, 3),
            "Remarque",
            *chance.sample(REMARKS, 2),
        ],
    )
    for leak in chance.sample(LEAKS, leaks):
        leak(chance, draft)
    return Sheet(draft.fields[0][1], tuple(draft.fields), tuple(draft.paragraphs), tuple(draft.truth), draft.footer)


def _person(chance: random.Random) -> tuple[str, str]:
    faker = Faker("fr_FR")
    faker.seed_instance(chance.randrange(10**9))
    first = chance.choice(OTHER_FIRST) if chance.random() < 0.5 else faker.first_name()
    last = chance.choice(OTHER_LAST) if chance.random() < 0.5 else faker.last_name()
    return first, last


def _add(chance: random.Random, draft: Draft, sentence: str) -> None:
    draft.paragraphs.insert(chance.randint(1, len(draft.paragraphs)), sentence)


def name(chance: random.Random, draft: Draft) -> None:
    first, last = _person(chance)
    civility = chance.choice(("Mme", "M.", "Monsieur", "Madame"))
    way = chance.randrange(8)
    if way == 0:
        draft.fields.insert(1, ("Nom", last.upper()))
        draft.fields.insert(2, ("Prénom", first))
        draft.truth += [(K.PERSON_NAME, last.upper()), (K.PERSON_NAME, first)]
        return
    written, sentence = (
        (last.upper(), f"{civility} {last.upper()} est reçue chaque mois."),
        (f"{first} {last}", f"Entretien avec {civility} {first} {last} au sujet du logement."),
        (f"{last.upper()} {first}", f"Bénéficiaire : {last.upper()} {first}"),
        (f"{first} {last}", f"Je soussigné(e) {first} {last} accepte ces actions."),
        (last, f"La situation de {civility} {last} s’améliore."),
        (f"{first} {last}", f"Signature du bénéficiaire : {first} {last}"),
        (first, f"Son fils {first} est scolarisé à Lens."),
    )[way - 1]
    _add(chance, draft, sentence)
    draft.truth.append((K.PERSON_NAME, written))


def nir(chance: random.Random, draft: Draft) -> None:
    born = f"{chance.choice('12')}{chance.randint(50, 99)}{chance.randint(1, 12):02}"
    body = f"{born}62{chance.randint(1, 900):03}{chance.randint(1, 500):03}"
    key = f"{97 - int(body) % 97:02}"
    groups = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:], key)
    written = chance.choice((" ", "", ".")).join(groups)
    _add(
        chance,
        draft,
        chance.choice((f"N° de sécurité sociale : {written}", f"NIR {written}", f"Dossier {written}, ouvert en 2024.")),
    )
    draft.truth.append((K.NIR, written))


def caf_number(chance: random.Random, draft: Draft) -> None:
    written = f"{chance.randint(1000000, 9999999)}{chance.choice(('', ' A', 'K', ''))}"
    if chance.random() < 0.3:
        draft.footer = f"Allocataire n° {written}"
    else:
        _add(
            chance,
            draft,
            chance.choice(
                (f"N° allocataire : {written}", f"N° CAF {written}", f"Allocataire CAF {written}, droits ouverts.")
            ),
        )
    draft.truth.append((K.CAF_NUMBER, written))


def france_travail_id(chance: random.Random, draft: Draft) -> None:
    written = f"{chance.randint(1000000, 9999999)}{chance.choice('ABCDEFGHKLMN')}"
    _add(
        chance,
        draft,
        chance.choice((f"Identifiant France Travail : {written}", f"Inscrite à France Travail sous le n° {written}.")),
    )
    draft.truth.append((K.FRANCE_TRAVAIL_ID, written))


def phone(chance: random.Random, draft: Draft) -> None:
    pairs = [f"{chance.randint(0, 99):02}" for _ in range(4)]
    start = chance.choice(("06", "07", "03", "09"))
    written = chance.choice(
        (
            " ".join((start, *pairs)),
            ".".join((start, *pairs)),
            start + "".join(pairs),
            f"+33 {start[1]} " + " ".join(pairs),
        )
    )
    _add(
        chance,
        draft,
        chance.choice((f"Joignable au {written} après 18 h.", f"Tél. : {written}", f"Portable {written}")),
    )
    draft.truth.append((K.PHONE, written))


def email(chance: random.Random, draft: Draft) -> None:
    first, last = _person(chance)
    local = f"{first}.{last}".lower().encode("ascii", "ignore").decode().replace(" ", "").replace("'", "")
    written = f"{local}@{chance.choice(('gmail.com', 'orange.fr', 'laposte.net', 'hotmail.fr'))}"
    _add(chance, draft, chance.choice((f"Courriel : {written}", f"Les convocations sont envoyées à {written}.")))
    draft.truth.append((K.EMAIL, written))


def postal_address(chance: random.Random, draft: Draft) -> None:
    way = chance.choice(("rue", "avenue", "allée", "impasse", "boulevard", "place", "résidence"))
    street = chance.choice(
        ("des Lilas", "du 8 Mai 1945", "Jean Jaurès", "de la Paix", "Émile Basly", "du Maréchal Foch", "des Mineurs")
    )
    town = chance.choice(
        ("62300 Lens", "62200 Boulogne-sur-Mer", "62000 Arras", "62400 Béthune", "62500 Saint-Omer", "62100 Calais")
    )
    written = f"{chance.randint(1, 240)}{chance.choice(('', ' bis', ''))} {way} {street}, {town}"
    _add(
        chance,
        draft,
        chance.choice(
            (f"Demeurant {written}.", f"Adresse : {written}", f"Le foyer vit au {written}, dans un appartement.")
        ),
    )
    draft.truth.append((K.POSTAL_ADDRESS, written))


def birth_date(chance: random.Random, draft: Draft) -> None:
    born = date(chance.randint(1962, 2006), chance.randint(1, 12), chance.randint(1, 28))
    written = chance.choice(
        (f"{born:%d/%m/%Y}", f"{born.day} {MONTHS[born.month - 1]} {born.year}", f"{born:%d.%m.%Y}")
    )
    _add(
        chance,
        draft,
        chance.choice(
            (
                f"Née le {written} à Lens.",
                f"Date de naissance : {written}",
                f"Né(e) le : {written}",
                f"Bénéficiaire ({written})",
            )
        ),
    )
    draft.truth.append((K.BIRTH_DATE, written))


def iban(chance: random.Random, draft: Draft) -> None:
    account = "".join(str(chance.randint(0, 9)) for _ in range(23))
    key = next(f"{n:02}" for n in range(98, 1, -1) if _valid(account, f"{n:02}"))
    whole = f"FR{key}{account}"
    written = chance.choice((whole, " ".join(whole[i : i + 4] for i in range(0, 27, 4))))
    _add(chance, draft, f"Aide versée sur le compte {written}.")
    draft.truth.append((K.IBAN, written))


def _valid(account: str, key: str) -> bool:
    return bool(calc_check_digits(f"FR00{account}") == key)


LEAKS = (name, name, name, nir, caf_number, france_travail_id, phone, email, postal_address, birth_date, iban)
