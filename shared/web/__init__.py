"""What all pages and APIs share: one app factory, one design, one way to say no."""

from shared.web.context import database, files, settings
from shared.web.forms import Form
from shared.web.idempotency import idempotent
from shared.web.pages import render
from shared.web.responses import etag_response, see_other
from shared.web.schema import Schema, Text

__all__ = [
    "Form",
    "Schema",
    "Text",
    "database",
    "etag_response",
    "files",
    "idempotent",
    "render",
    "see_other",
    "settings",
]
