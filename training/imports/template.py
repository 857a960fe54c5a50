"""The spreadsheet that people fill in: one sheet of titles, one that says what goes where. Pure."""

from collections.abc import Iterable

from core.french import NBSP
from core.workbooks import Sheet, write_workbook
from rulebook.clauses import Module
from training.imports.reading import MAX_ROWS, TITLES

NAME = "modele-referents-et-formations.xlsx"
WORDS = {
    "last_name": ("Obligatoire", "Le nom d’usage."),
    "first_name": ("Obligatoire", "Le prénom."),
    "email": ("Facultatif", "Aide à reconnaître une personne déjà dans la liste."),
    "arrived_on": ("Pour un nouveau référent", "Son arrivée dans la structure. Exemple : 15/09/2025."),
    "left_on": ("Facultatif", "Son dernier jour, s’il est parti."),
    "funded": ("Facultatif", "oui ou non. Vide : oui."),
    "module": ("Pour une formation", "Le code ou le titre d’un module, dans la liste plus bas."),
    "part": ("Facultatif", "1 ou 2 pour un module en deux parties. Vide : le module entier."),
    "started_on": ("Facultatif", "Le premier jour de la formation."),
    "followed_on": ("Pour une formation", "Le dernier jour de la formation, déjà passé."),
    "provider": ("Facultatif", "L’organisme qui l’a assurée."),
    "course": ("Facultatif", "L’intitulé, pour une formation hors du plan du Département."),
    "hours": ("Facultatif", "En heures entières. Exemple : 14."),
}
RULES = (
    "Une ligne par référent, ou par référent et par formation : répétez alors le nom et le prénom.",
    f"{MAX_ROWS} lignes au plus par fichier. Les colonnes peuvent changer d’ordre ; leurs titres comptent.",
    "Rien n’est écrit avant que vous ayez vu chaque ligne.",
    "Une formation importée ne vaut pas attestation : elle attend son fichier, à joindre à l’étape des attestations.",
)


def import_template(modules: Iterable[Module]) -> bytes:
    rows = [(title, *WORDS[name]) for name, title in TITLES.items()]
    blank = ("", "", "")
    codes = [(each.id, each.short_title, each.title) for each in modules]
    help_rows = [*rows, blank, *(("À savoir", "", rule) for rule in RULES), blank, ("Code", "Module", "Titre"), *codes]
    spaced = [tuple(cell.replace(" :", f"{NBSP}:") for cell in row) for row in help_rows]
    return write_workbook(
        Sheet("Référents et formations", tuple(TITLES.values()), []),
        Sheet("Mode d’emploi", ("Colonne", "Faut-il la remplir", "Ce qu’on y met"), spaced),
    )
