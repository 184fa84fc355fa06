"""Institutions: which one somebody means, and adding new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.registration.errors import InstitutionUnclear
from services.registration.models import Conference, Institution
from services.registration.queries import institutions
from services.registration.rules.countries import country_options
from services.registration.rules.lines import read_institution_lines
from shared.db import Transaction
from shared.errors import Invalid
from shared.ids import new_id
from shared.text import fold

NOT_LISTED = "other"


@dataclass(frozen=True, kw_only=True)
class Affiliation:
    """Where a person works or studies: a known institution, or what was typed."""

    institution: Institution | None
    text: str = ""

    @property
    def names(self) -> str:
        """Every name, for searching."""
        return self.institution.folded if self.institution else self.text


def choose_institution(
    db: Transaction,
    *,
    conference: Conference,
    typed: str,
    institution_id: UUID | None,
    choice: str,
    other: str,
) -> Affiliation:
    """What a person's answers mean; raises InstitutionUnclear with what to choose from.

    `choice` is the answer to an earlier question: an institution's id, or NOT_LISTED with the name in `other`.
    """
    if choice == NOT_LISTED:
        return Affiliation(institution=None, text=other or typed)
    if choice:
        return Affiliation(institution=get_chosen(db, conference, _uuid(choice)))
    if institution_id is not None:
        chosen = get_chosen(db, conference, institution_id)
        if fold(typed) in chosen.folded:
            return Affiliation(institution=chosen)
    exact = institutions.list_named_exactly(db, conference.id, typed)
    if len(exact) == 1:
        return Affiliation(institution=exact[0])
    matches = exact or institutions.list_similar(db, conference.id, typed)
    if not matches:
        raise InstitutionUnclear(f"We know no institution called “{typed}”. Please confirm its name.", ())
    raise InstitutionUnclear(
        "Please choose your institution from these, or say that it is not listed.", matches
    )


def take_institution(
    db: Transaction, *, conference: Conference, typed: str, institution_id: UUID | None
) -> Affiliation:
    """What a program says, without asking back: an id, a name that fits exactly one, or just the words."""
    if institution_id is not None:
        return Affiliation(institution=get_chosen(db, conference, institution_id))
    exact = institutions.list_named_exactly(db, conference.id, typed)
    return Affiliation(institution=exact[0]) if len(exact) == 1 else Affiliation(institution=None, text=typed)


def get_chosen(db: Transaction, conference: Conference, institution_id: UUID) -> Institution:
    """The institution with this id; raises Invalid naming `institution`."""
    chosen = institutions.find_institution(db, conference.id, institution_id)
    if chosen is None:
        raise Invalid(fields={"institution": ["This institution is not known to the conference."]})
    return chosen


def add_institution(
    db: Transaction, *, conference: Conference, names: Sequence[dict[str, str]], country: str, city: str
) -> Institution:
    """Add an institution; the first of its names leads."""
    institution = Institution(
        id=new_id(),
        conference_id=conference.id,
        names=list(names),
        country=country,
        city=city,
        folded=fold("\n".join([*(known["name"] for known in names), city])),
    )
    db.add(institution)
    return institution


def import_institutions(db: Transaction, *, conference: Conference, lines: str) -> tuple[int, int]:
    """Add one institution per line, all or none; returns how many were added and how many were there before.

    A line is `country code; city; name; other name; …`. Raises Invalid naming every line that is not.
    """
    known = {
        (row.country, fold(row.name))
        for row in institutions.list_institutions(db, conference.id, limit=100_000)
    }
    read = read_institution_lines(lines, dict(country_options(conference)))
    added = 0
    for line in read:
        key = (line.country, fold(line.names[0]))
        if key in known:
            continue
        known.add(key)
        names = [{"name": name, "language": ""} for name in line.names]
        add_institution(db, conference=conference, names=names, country=line.country, city=line.city)
        added += 1
    return added, len(read) - added


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(fields={"institution": ["Please choose one of the institutions."]}) from None
