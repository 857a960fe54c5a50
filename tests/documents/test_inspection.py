"""Files read whole: what is found in each corner of them, what is kept of them, and how they are made again."""

from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from core.sandbox import FileRefused
from documents import inspection, redaction
from documents.anonymity import OwnDetails
from documents.enums import FindingKind as K
from tests.documents import makers, painters

READER = inspection.Reader(OwnDetails(professionals=("Claire Vasseur",)), date(2026, 11, 23))
NAME = "Sophie Delattre"


def inspected(content):
    return inspection.inspect_pdf(content, READER)


def kinds(content):
    return sorted({(finding.kind.value, finding.where, finding.holds) for finding in inspected(content).findings})


def text_of(content):
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def bytes_of(content):
    """Everything a PDF holds, unpacked."""
    with pikepdf.open(BytesIO(content)) as pdf:
        target = BytesIO()
        pdf.save(target, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all)
        return target.getvalue()


def test_an_anonymous_contract_gives_no_finding():
    assert kinds(makers.text_pdf("Référente : Claire Vasseur")) == [("referent_name", "texte", False)]
    assert kinds(makers.text_pdf()) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (makers.text_pdf(f"Mme {NAME}"), [("person_name", "texte", True)]),
        (makers.under_a_black_box(NAME), [("hidden_text", "texte caché", True), ("person_name", "texte", True)]),
        (makers.with_black_box_note(NAME), [("hidden_text", "texte caché", True), ("person_name", "texte", True)]),
        (makers.in_white(NAME), [("hidden_text", "texte caché", True), ("person_name", "texte", True)]),
        (makers.invisible(NAME), [("hidden_text", "texte caché", True), ("person_name", "texte", True)]),
        (makers.outside_the_page(NAME), [("hidden_text", "texte caché", True), ("person_name", "texte", True)]),
        (makers.with_note(f"Vu avec Mme {NAME}"), [("person_name", "annotation", False)]),
        (makers.with_bookmark(f"Contrat de Mme {NAME}"), [("person_name", "signet", False)]),
        (makers.with_attachment(f"Mme {NAME}"), [("person_name", "pièce jointe", False)]),
        (makers.with_spoken_words(f"Mme {NAME}"), [("person_name", "texte de remplacement", False)]),
        (makers.text_pdf(about={"Author": NAME}), [("metadata", "propriétés du fichier", False)]),
        (makers.with_form("Nom", "DELATTRE"), [("person_name", "texte", True)]),
        (makers.scan(f"Mme {NAME}"), [("person_name", "image", True)]),
        (makers.scan(f"Mme {NAME}", turned=180), [("person_name", "image", True)]),
        (makers.scan(f"Mme {NAME}", turned=90), [("person_name", "image", True)]),
    ],
    ids=["texte", "carré noir", "carré en annotation", "blanc", "invisible", "hors page", "note", "signet",
         "pièce jointe", "texte lu", "auteur", "formulaire", "scan", "scan retourné", "scan couché"],
)  # fmt: skip
def test_a_name_is_found_wherever_it_is(content, expected):
    assert kinds(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        makers.with_note(NAME), makers.with_bookmark(NAME), makers.with_attachment(NAME),
        makers.with_spoken_words(NAME),
        makers.text_pdf(about={"Author": NAME, "Title": NAME, "Subject": NAME, "Keywords": NAME}),
        makers.with_thumbnail_and_private_data(NAME),
    ],
    ids=["note", "signet", "pièce jointe", "texte lu", "propriétés", "données d’éditeur"],
)  # fmt: skip
def test_what_no_page_shows_is_gone_from_what_is_kept(content):
    assert NAME.encode() in bytes_of(content)
    kept = inspected(content).content
    assert NAME.encode() not in bytes_of(kept)
    assert "restauration" in text_of(kept)


@pytest.mark.parametrize("how", ["form", "form in a form", "inline", "pattern", "inline pattern"])
def test_a_picture_inside_a_drawing_is_read_as_any_other(how):
    assert ("person_name", "image", True) in kinds(makers.with_drawing(f"Mme {NAME}", how))
    assert kinds(makers.with_drawing("Contrat de six mois", how)) == []


PAINTED = {
    "line": lambda words: painters.with_shapes(words, "line"),
    "letters": lambda words: painters.with_shapes(words, "letters"),
    "form": lambda words: painters.with_shapes(words, "form"),
    "drawn font": painters.in_a_drawn_font,
    "drawn font inside": lambda words: painters.in_a_drawn_font(words, inside=True),
}


@pytest.mark.parametrize("how", PAINTED)
def test_words_that_no_text_layer_tells_are_read_on_a_page_of_text(how):
    assert kinds(PAINTED[how](f"Rendez-vous avec Mme {NAME}")) == [("person_name", "image", True)]
    assert kinds(PAINTED[how]("Rendez-vous avec la structure")) == []


def test_a_font_without_a_table_tells_its_letters_or_has_them_read():
    found = inspected(painters.in_a_font_without_a_table(f"Rendez-vous avec Mme {NAME}")).findings
    assert K.PERSON_NAME in {finding.kind for finding in found if finding.holds}


def test_ornaments_are_no_words(monkeypatch):
    def never(*_given, **_named):
        raise AssertionError

    monkeypatch.setattr(inspection.ocr, "read_picture", never)
    assert kinds(painters.with_ornaments()) == []
    with pytest.raises(AssertionError):
        inspected(painters.with_shapes("Contrat de six mois", "line"))


@pytest.mark.parametrize(("grey", "hidden"), [(0, 1), (1, 1), (0.97, 1), (None, 0)])
def test_one_word_of_a_line_covered_by_a_box(grey, hidden):
    """Black, white or nearly white; the same line without it hides nothing."""

    def cover(canvas):
        if grey is not None:
            canvas.setFillGray(grey)
            canvas.rect(75, makers.DOWN - 128, 53, 14, fill=1, stroke=0)

    found = inspected(makers.text_pdf(draw=cover)).findings
    assert [finding.kind for finding in found] == ["hidden_text"] * hidden


def test_pictures_that_cost_too_much_are_refused_by_the_processor_s_time_not_the_clock_s(monkeypatch):
    content = makers.changed(makers.scan("Contrat de six mois"), lambda pdf: pdf.pages.append(pdf.pages[0]))
    monkeypatch.setattr(inspection.ocr, "MOST_SECONDS", 0)
    with pytest.raises(FileRefused, match="trop de pages numérisées"):
        inspected(content)


def test_a_name_cut_at_the_end_of_a_line_is_found_whole():
    [finding] = inspected(makers.text_pdf("Le rendez-vous est pris avec Mme Wojtko-", "wiak pour mardi.")).findings
    assert finding.excerpt == "W•••••-w•••"
    assert len(finding.boxes) == 2


@pytest.mark.parametrize(
    ("kind", "line", "next_line"),
    [
        (K.NIR, "N° de sécurité sociale : 2 85 02 62", "193 044 93"),
        (K.PHONE, "On peut la joindre au 06 12 34", "56 42 après 17 heures"),
        (K.PERSON_NAME, "Le rendez-vous est pris avec Mme", "Wojtkowiak pour mardi."),
        (K.BIRTH_DATE, "Une personne née le 12", "avril 1987, qui vit seule."),
        (K.POSTAL_ADDRESS, "Elle habite au 14", "rue des Tisserands, à Saint-Omer."),
    ],
)
def test_what_runs_over_the_end_of_a_line_is_found_whole(kind, line, next_line):
    [finding] = inspected(makers.text_pdf(line, next_line)).findings
    assert finding.kind == kind
    assert kind == K.PERSON_NAME or len(finding.boxes) == 2


def test_a_page_on_its_side_is_read_in_its_own_order():
    def turn(pdf):
        pdf.pages[0].Rotate = 90

    assert kinds(makers.changed(makers.text_pdf(), turn)) == []
    found = kinds(makers.changed(makers.text_pdf(f"Mme {NAME}"), turn))
    assert found == [("person_name", "texte", True)]


def test_what_is_too_long_for_its_field_is_cut_off_and_hides_nothing():
    long = "La personne suit une formation de trois mois et cherche un logement. " * 3
    assert kinds(makers.with_form("Remarque", long)) == []
    assert kinds(makers.with_form("Remarque", f"{long} Mme {NAME}")) != []


def test_a_form_s_telephone_of_an_office_is_read_beside_what_is_printed():
    assert kinds(makers.with_form("Accueil de la structure", "03 21 13 90 00")) == []
    assert kinds(makers.with_form("Domicile", "03 21 13 90 00")) == [("phone", "texte", True)]


def test_scripts_and_actions_are_gone():
    content = makers.with_script()
    assert b"JavaScript" in bytes_of(content)
    kept = bytes_of(inspected(content).content)
    assert not [word for word in (b"JavaScript", b"OpenAction", b"/AA", b"/URI", b"/JS") if word in kept]


def test_a_form_s_values_stay_visible_and_are_no_field_any_more():
    kept = inspected(makers.with_form("Action", "permis de conduire")).content
    assert "permis de conduire" in text_of(kept)
    with pikepdf.open(BytesIO(kept)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Annots" not in pdf.pages[0]


def test_the_same_file_gives_the_same_bytes():
    content = makers.text_pdf(about={"Author": NAME})
    assert inspected(content).content == inspected(content).content


def test_a_finding_tells_where_without_telling_what():
    [finding] = inspected(makers.text_pdf(f"Mme {NAME}")).findings
    [box] = finding.boxes
    assert finding.page == 1
    assert finding.excerpt == "S••••• D•••••••"
    assert 0.1 < box.left < box.right < 0.5
    assert 0.15 < box.top < box.bottom < 0.25


def test_a_photograph_loses_the_camera_s_notes_and_is_read():
    content = makers.photo(f"Mme {NAME}", author="Studio Delattre")
    seen = inspection.inspect_picture(content, READER)
    assert {(finding.kind, finding.holds) for finding in seen.findings} == {(K.PERSON_NAME, True), (K.METADATA, False)}
    assert b"Studio" in content
    assert b"Studio" not in seen.content


@pytest.mark.parametrize(
    "name", ["CER_DELATTRE_Sophie.pdf", "Mme Delattre CER 2.pdf", "cer sophie delattre.pdf", "1870462498123 63.pdf"]
)
def test_the_file_s_name_is_read_too(name):
    findings = inspection.in_file_name(name, READER)
    assert findings
    assert not any(finding.holds for finding in findings)


@pytest.mark.parametrize("name", ["R03-CER2.pdf", "contrat solidarité 2024.pdf", "scan0012.pdf", "CER 3 anonymisé.pdf"])
def test_a_plain_file_name_says_nothing(name):
    assert inspection.in_file_name(name, READER) == []


def test_a_masked_file_holds_nothing_of_what_was_masked():
    content = inspected(makers.text_pdf(f"Mme {NAME}, née le 12/04/1987")).content
    findings = inspected(content).findings
    boxes = {1: [list(box) for finding in findings for box in finding.boxes]}
    made = redaction.rebuild(content, "application/pdf", boxes)
    assert NAME.encode() not in bytes_of(made)
    assert "Delattre" not in text_of(made)
    assert "1987" not in text_of(made)
    assert "restauration" in text_of(made)
    assert [finding.kind for finding in inspected(made).findings] == []


def test_masking_a_scan_blackens_the_picture():
    content = makers.scan(f"Mme {NAME}")
    boxes = {1: [list(box) for finding in inspected(content).findings for box in finding.boxes]}
    made = redaction.rebuild(content, "application/pdf", boxes)
    assert [finding.kind for finding in inspected(made).findings] == []
    assert [finding.kind for finding in inspected(redaction.rebuild(content, "application/pdf", {})).findings] == [
        K.PERSON_NAME
    ]


def told_of(content):
    return inspection.inspect_pdf(content, inspection.Reader(OwnDetails(), date(2026, 11, 23)))


def test_the_text_told_is_in_the_order_of_the_eye_and_masked():
    told = told_of(makers.text_pdf("Actions", "Appeler Mme Odile Vandeputte au 06 12 34 56 42"))
    assert "Actions" in told.text
    assert "Vandeputte" not in told.text
    assert "06 12" not in told.text
    assert (told.scanned, told.told()["text"]) == (False, told.text)


def test_the_text_of_a_scan_is_told_as_such():
    told = told_of(makers.scan("Contrat d'engagements", "Remarque sur la situation"))
    assert (told.scanned, "Remarque" in told.text) == (True, True)
