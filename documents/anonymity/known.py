"""What a structure may leave in its contracts: its own telephones, e-mails, addresses, and its professionals' names."""

import re
from dataclasses import dataclass, field

from documents.anonymity.reading import fold
from documents.anonymity.words import words

PUBLIC_MAIL = words("public_mail")


def digits_of(text: str) -> str:
    """A French telephone number as its nine last digits, whatever the prefix."""
    return re.sub(r"\D", "", text)[-9:]


def letters_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text).text.lower())


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """Of the structure that sends the contract. `professionals`: full names of its référents and members."""

    phones: frozenset[str] = field(default_factory=frozenset)
    emails: frozenset[str] = field(default_factory=frozenset)
    addresses: frozenset[str] = field(default_factory=frozenset)
    professionals: tuple[str, ...] = ()

    def has_phone(self, written: str) -> bool:
        return digits_of(written) in {digits_of(phone) for phone in self.phones}

    def has_email(self, written: str) -> bool:
        """One of its addresses, or any under a domain of its own (never one of a public provider)."""
        address = "".join(written.split()).lower()
        own = {email.lower() for email in self.emails}
        domains = {email.partition("@")[2] for email in own} - PUBLIC_MAIL - {""}
        return address in own or address.partition("@")[2] in domains

    def has_address(self, written: str) -> bool:
        found = letters_of(written)
        return any(found in own or own in found for own in map(letters_of, self.addresses) if own)
