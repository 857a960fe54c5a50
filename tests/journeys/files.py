"""The files that a structure has in a folder before it files: real ones, from label_portal.sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from label_portal.sample.certificates import certificate_pdf, phone_photo
from label_portal.sample.contracts import CerSample, Quality, cer_sample
from label_portal.sample.people import PROVIDERS, Referent, Structure
from label_portal.sample.rosters import roster_xlsx, rows_of
from rulebook.book import current_rulebook

OPTIONAL = "O2"
CONTRACTS = ("solidarity", "socio_professional", "socio_professional", "solidarity", "socio_professional")
WEAK = (Quality.WEAK, Quality.FAIR, Quality.WEAK, Quality.WEAK, Quality.GOOD)


@dataclass(frozen=True, slots=True)
class Folder:
    """A structure's folder on its own computer."""

    path: Path

    def write(self, name: str, content: bytes) -> Path:
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_bytes(content)
        return self.path / name


def roster(folder: Folder, structure: Structure, *, today: date) -> Path:
    return folder.write("Référents.xlsx", roster_xlsx(rows_of(structure, today)))


def attestations(
    folder: Folder, people: Sequence[Referent], *, without: frozenset[tuple[int, str]] = frozenset()
) -> list[Path]:
    """Six attestations for each of `people`, except `without` (their rank from 1, module)."""
    rulebook = current_rulebook()
    modules = (*rulebook.compulsory_modules, rulebook.module(OPTIONAL))
    return [
        attestation(folder, person, module.id, part=part)
        for rank, person in enumerate(people, 1)
        for module in modules
        for part in module.part_numbers
        if (rank, module.id) not in without
    ]


def attestation(
    folder: Folder, person: Referent, module_id: str, *, part: int | None = None, name: str = "", says_part: bool = True
) -> Path:
    """One page that says who followed what, and when."""
    module = current_rulebook().module(module_id)
    part_title = module.parts[part - 1] if part and module.parts and says_part else ""
    content = certificate_pdf(
        person=person.full_name,
        module_title=module.title,
        part=part_title,
        dates=[date(2025, 3, 13) + timedelta(weeks=part or 1)],
        hours=7,
        provider=PROVIDERS[len(module_id + person.last_name) % len(PROVIDERS)],
        objectives=module.objectives[:3],
    )
    return folder.write(name or f"{person.last_name} {module_id} {part or ''}.pdf".replace(" .", "."), content)


def photograph(folder: Folder, page: Path, *, name: str) -> Path:
    """`page` as a telephone took it, lying on its side; it replaces the PDF."""
    photo = folder.write(name, phone_photo(page.read_bytes(), sideways=True))
    page.unlink()
    return photo


@dataclass(frozen=True, slots=True)
class Contract:
    """A CER on the disk, and what a fair reader ticks for it."""

    path: Path
    sample: CerSample


def contracts(
    folder: Folder,
    *,
    referents: int,
    edited_on: date,
    qualities: Sequence[Quality] = (Quality.GOOD,) * 5,
    seed: int = 0,
) -> dict[str, Contract]:
    """Five CERs for each référent, by reference: R01-CER1, R01-CER2…"""
    found = {}
    for rank in range(1, referents + 1):
        for number, (kind, quality) in enumerate(zip(CONTRACTS, qualities, strict=True), 1):
            sample = cer_sample(
                reference=f"R{rank:02d}-CER{number}", contract_type=kind, quality=quality,
                seed=seed + rank * 5 + number, edited_on=edited_on,
            )  # fmt: skip
            found[sample.reference] = Contract(folder.write(f"{sample.reference}.pdf", sample.pdf), sample)
    return found
