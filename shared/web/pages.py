"""Rendering a page in the house style."""

from typing import Any

from flask import render_template

from shared.web.look import Look


def render(template: str, *, look: Look | None = None, **values: Any) -> str:
    """The HTML of a template; `look` dresses it as a page of one conference."""
    return render_template(template, look=look, **values)
