"""The two blueprints: pages below /sessions, and the few of the whole site."""

from flask import Blueprint

blueprint = Blueprint(
    "sessions",
    __name__,
    url_prefix="/sessions",
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/assets",
)
site = Blueprint("site", __name__, template_folder="../templates")
