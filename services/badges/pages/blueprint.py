"""The blueprint that every page of badges belongs to."""

from flask import Blueprint

blueprint = Blueprint(
    "badges",
    __name__,
    url_prefix="/badges",
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/assets",
)
