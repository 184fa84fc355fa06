"""What badges is, for whatever runs it."""

from services.badges import api, pages, queries
from services.badges.handlers import HANDLERS
from services.badges.models import Base, Conference, Day, Holder, Slot
from services.badges.settings import Settings
from shared.bus.generation import WHOLE, ReadModel
from shared.service import Service

SERVICE = Service(
    name="badges",
    path="/badges",
    title="Badges",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    read_models={
        Conference: WHOLE,
        Day: WHOLE,
        Slot: WHOLE,
        Holder: ReadModel(heard_at=("erased_at",)),
    },
    blueprints=(pages.blueprint,),
    apis=(api.blueprint,),
    look=queries.look_of,
    shortcut=api.door.SCAN_SHORTCUT,
    resolve_device=pages.resolve_device,
)
