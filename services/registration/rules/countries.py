"""The countries people can come from: those a conference lists, else all that Unicode CLDR names."""

from functools import cache

from babel import Locale

from services.registration.models import Conference
from shared.errors import Invalid


def country_options(conference: Conference) -> list[tuple[str, str]]:
    """(ISO 3166 code, English name), by name."""
    if conference.countries:
        return [(country["code"], country["name"]) for country in conference.countries]
    return list(_all_countries())


def require_country(conference: Conference, code: str) -> str:
    """The code, if it is one of this conference's countries; raises Invalid naming `country`."""
    if code not in dict(country_options(conference)):
        raise Invalid(fields={"country": ["Please choose a country from the list."]})
    return code


def country_name(code: str) -> str:
    """The English name of a country, or the code itself."""
    return dict(_all_countries()).get(code, code)


@cache
def _all_countries() -> tuple[tuple[str, str], ...]:
    territories = Locale("en").territories.items()
    real = [(code, str(name)) for code, name in territories if len(code) == 2 and code.isalpha()]
    left_out = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    return tuple(sorted((pair for pair in real if pair[0] not in left_out), key=lambda pair: pair[1]))
