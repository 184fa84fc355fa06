"""The pages of registration, one module per place a person is at."""

from services.registration.pages import (
    dashboard,
    handoff,
    institutions,
    mails,
    me,
    people,
    register,
    signin,
    team,
)
from services.registration.pages import settings as settings_pages
from services.registration.pages.blueprint import blueprint
from services.registration.pages.visitors import resolve_principal

__all__ = [
    "blueprint",
    "dashboard",
    "handoff",
    "institutions",
    "mails",
    "me",
    "people",
    "register",
    "resolve_principal",
    "settings_pages",
    "signin",
    "team",
]
