"""The blueprint that all pages of streaming_gateway hang on."""

from flask import Blueprint

blueprint = Blueprint(
    "streaming_gateway",
    "services.streaming_gateway",
    url_prefix="/live",
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)
