"""Files out. There is no address for a file: the owner's view has checked its own object and asks here.

Every answer is an attachment or an image of a page, never sniffed, sandboxed, and not cached by the browser; the pages
that evaluators read are (`serve_page_again`), and shown again only if the portal says so.
"""

from hashlib import sha256
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from core.sandbox import FileRefused, SandboxBroken
from documents import objects, pages, pipeline
from documents.enums import FileState
from documents.models import Letter, StoredFile

SANDBOX = "sandbox; default-src 'none'"
TWIN = "sandbox allow-same-origin; default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:"


def serve_file(stored_file: StoredFile, *, as_name: str = "") -> FileResponse:
    """The file itself as an attachment named `as_name` (or as it came); 404 unless it is ready, whoever asks."""
    _refuse_unless(stored_file.is_ready)
    response = FileResponse(
        BytesIO(read_content(stored_file)),
        as_attachment=True,
        filename=as_name or stored_file.original_name,
        content_type=stored_file.content_type,
    )
    return _closed(response)


def serve_page(stored_file: StoredFile, number: int, *, zoom: int = 100) -> HttpResponse:
    """Page `number` (from 1) as a PNG; 404 when there is no such page, or unless the file is ready."""
    _refuse_unless(stored_file.is_ready)
    return _served_page(stored_file, number, zoom)


def serve_page_again(request: HttpRequest, stored_file: StoredFile, number: int, *, zoom: int = 100) -> HttpResponse:
    """`serve_page` for a page that is read again and again: the reader's own browser keeps it, and asks each time
    whether it may still show it. 304 as long as the file is ready and its bytes are the same; the caller has checked
    the person's rights as for the page itself. No shared cache ever holds it."""
    _refuse_unless(stored_file.is_ready)
    tag = f'"{sha256(f"{stored_file.sha256}:{number}:{zoom}".encode()).hexdigest()[:32]}"'
    response = _closed(get_conditional_response(request, etag=tag) or _served_page(stored_file, number, zoom))
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return response


def serve_page_to_fix(stored_file: StoredFile, number: int, *, zoom: int = 100) -> HttpResponse:
    """The same for the people who sent the file, and nobody else: also while it is theirs to fix."""
    _refuse_unless(stored_file.is_ready or stored_file.state == FileState.TO_FIX)
    return _served_page(stored_file, number, zoom)


def _refuse_unless(open_to_them: bool) -> None:
    if not open_to_them:
        raise Http404("Ce fichier ne peut pas être ouvert.")


def _served_page(stored_file: StoredFile, number: int, zoom: int) -> HttpResponse:
    """Drawn once in the closed room, then kept beside the file."""
    if zoom not in pages.WIDTH or not 1 <= number <= stored_file.page_count:
        raise Http404("Cette page n’existe pas.")
    response = HttpResponse(_page(stored_file, number, zoom), content_type="image/png")
    response["Content-Disposition"] = content_disposition_header(False, f"page-{number}.png") or "inline"
    return _closed(response)


def serve_letter(letter: Letter) -> FileResponse:
    """The PDF of a letter, named after its number."""
    return serve_file(letter.pdf, as_name=f"{letter.number} {letter.title}.pdf")


def serve_twin(letter: Letter) -> HttpResponse:
    """The letter as a page, for those who do not read PDF files."""
    return _closed(HttpResponse(letter.html), policy=TWIN)


def read_content(stored_file: StoredFile) -> bytes:
    """The bytes of the file, which are those that were kept; Unreadable or Interruption otherwise."""
    return objects.read(stored_file.key, sha256_of=stored_file.sha256)


def _page(stored_file: StoredFile, number: int, zoom: int) -> bytes:
    key = f"{objects.PAGES}/{stored_file.key}/{number}-{zoom}.png"
    if default_storage.exists(key):
        return objects.read(key)
    try:
        image = pipeline.page_image(read_content(stored_file), stored_file.content_type, number, zoom)
    except (FileRefused, SandboxBroken) as error:
        raise Http404("Cette page n’a pas pu être dessinée.") from error
    default_storage.save(key, ContentFile(image))
    return image


def _closed(response: Any, *, policy: str = SANDBOX) -> Any:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = policy
    return response
