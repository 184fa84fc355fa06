"""Reading institutions from lines of text, as a spreadsheet column or a mail holds them."""

from collections.abc import Container
from dataclasses import dataclass

from shared.errors import Invalid

LONGEST = 300
MOST_PROBLEMS = 20


@dataclass(frozen=True, kw_only=True)
class InstitutionLine:
    """One line; `names` has at least one, the leading one first."""

    country: str
    city: str
    names: tuple[str, ...]


def read_institution_lines(text: str, countries: Container[str]) -> list[InstitutionLine]:
    """The institutions in `country code; city; name; other name; …` lines; raises Invalid naming bad lines."""
    read, problems = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [part.strip() for part in line.replace("\t", ";").split(";")]
        if not any(parts):
            continue
        names = tuple(name for name in parts[2:] if name)
        if parts[0].upper() not in countries:
            problems.append(f"Line {number}: “{parts[0][:20]}” is not the code of a country in the list.")
        elif not names:
            problems.append(f"Line {number}: a name is missing after country and city.")
        elif any(len(name) > LONGEST for name in names):
            problems.append(f"Line {number}: a name has more than {LONGEST} characters.")
        else:
            read.append(InstitutionLine(country=parts[0].upper(), city=parts[1][:200], names=names))
    if problems:
        raise Invalid(fields={"lines": problems[:MOST_PROBLEMS]})
    return read
