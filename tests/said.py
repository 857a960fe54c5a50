"""What a page says of a wrong answer, read as assistive technology reads it."""

from typing import Any

from lxml import html
from lxml.html import HtmlElement


def plain(words: str) -> str:
    return " ".join(words.replace("\u00a0", " ").replace("\u202f", " ").split())


def page_of(response: Any) -> HtmlElement:
    return html.fromstring(response.content.decode())


def text_of(response: Any) -> str:
    return plain(page_of(response).text_content())


def controls(page: HtmlElement, name: str) -> list[HtmlElement]:
    found: list[HtmlElement] = page.xpath("//*[@name=$name]", name=name)
    return found


def described(page: HtmlElement, control: HtmlElement) -> str:
    """What is read out with a control: all that its aria-describedby names, which must exist."""
    return plain(
        " ".join(page.get_element_by_id(part).text_content() for part in control.get("aria-describedby").split())
    )


def assert_said(response: Any, name: str, words: str, *, status: int = 422) -> None:
    """The mistake is written at its field, tied to it, and listed once in a summary that leads there."""
    assert response.status_code == status
    page = page_of(response)
    (summary,) = page.xpath("//*[@data-error-summary]")
    assert (summary.get("role"), summary.get("tabindex")) == ("alert", "-1")
    (line,) = [line for line in summary.iter("li") if words.casefold() in plain(line.text_content()).casefold()]
    control = controls(page, name)[0]
    if control.get("type") == "hidden":
        return
    assert control.get("aria-invalid") == "true"
    (link,) = line.iter("a")
    target = page.get_element_by_id(link.get("href").removeprefix("#"))
    assert target.get("name") == name
    group = next(control.iterancestors("fieldset"), control) if control.get("type") == "radio" else control
    assert words in described(page, group)


def shown(page: HtmlElement, name: str) -> str:
    """What a field holds on the page."""
    first, *_ = found = controls(page, name)
    if first.tag == "select":
        return next((option.get("value") for option in first.iter("option") if option.get("selected") is not None), "")
    if first.tag == "textarea":
        return first.text.removeprefix("\n").removeprefix("\r\n") if first.text else ""
    if first.get("type") in ("radio", "checkbox"):
        return next((each.get("value", "on") for each in found if each.get("checked") is not None), "")
    return first.get("value") or ""


def assert_kept(response: Any, typed: dict[str, Any]) -> None:
    """Every answer that was typed is still on the page."""
    page = page_of(response)
    written = {name: value for name, value in typed.items() if isinstance(value, str) and controls(page, name)}
    assert {name: plain(shown(page, name)) for name in written} == {name: plain(v) for name, v in written.items()}
