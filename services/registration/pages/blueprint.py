"""The blueprint that all pages of registration hang on."""

from flask import Blueprint

blueprint = Blueprint(
    "registration",
    "services.registration",
    url_prefix="/registration",
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)
