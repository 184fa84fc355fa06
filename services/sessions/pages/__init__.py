"""The pages of `sessions`: for everybody, and for organisers."""

from services.sessions.pages import conference, exports, manage, places, public, releases, texts
from services.sessions.pages.blueprints import blueprint, site

__all__ = ["blueprint", "conference", "exports", "manage", "places", "public", "releases", "site", "texts"]
