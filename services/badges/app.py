"""What badges is, for whatever runs it."""

from services.badges import api, pages, queries
from services.badges.handlers import HANDLERS
from services.badges.models import Base
from services.badges.settings import Settings
from shared.service import Service

SERVICE = Service(
    name="badges",
    path="/badges",
    title="Badges",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    blueprints=(pages.blueprint,),
    apis=(api.blueprint,),
    look=queries.look_of,
    shortcut=api.door.SCAN_SHORTCUT,
    resolve_device=pages.resolve_device,
)
