"""Which mail addresses we take, and when two of them are the same one."""

import re
import unicodedata

from shared.errors import Invalid

_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\]\x00-\x20\x7f]+")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def normalise_address(raw: str) -> str:
    """The form in which two spellings of one address are equal; raises Invalid naming `address`.

    Strange but legal forms (quoted local parts, comments, domain literals) are declined: nobody has them.
    """
    address = unicodedata.normalize("NFC", unicodedata.normalize("NFC", raw.strip()).casefold())
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise _unusable("A mail address looks like name@example.org.")
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise _unusable("The part before the @ has characters that no mail service gives out.")
    ascii_domain = _ascii_domain(domain)
    if len(local.encode()) > 64 or len(local.encode()) + 1 + len(ascii_domain) > 254:
        raise _unusable("This address is longer than mail allows (254 characters).")
    return f"{local}@{ascii_domain}"


def _ascii_domain(domain: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _unusable("The part after the @ is not the name of a mail domain.") from None
    labels = ascii_domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise _unusable("The part after the @ needs a domain such as example.org.")
    return ascii_domain


def _unusable(reason: str) -> Invalid:
    return Invalid(fields={"address": [reason]})
