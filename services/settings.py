"""Where the embedded set-up keeps its things; whatever the environment says already wins."""

from collections.abc import Mapping
from pathlib import Path

NAMES = ("registration", "sessions", "badges", "streaming_gateway")


def embedded_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with SQLite files, the in-process bus and a local mailbox below DATA filled in."""
    folder = Path(environ.get("DATA") or "var/demo").resolve()
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT") or "8000"
    defaults = {
        "PLENARY_BUS_URL": "memory:",
        "PLENARY_DATA_DIR": str(folder),
        "PLENARY_BASE_URL": f"http://{host if host not in ('0.0.0.0', '::') else '127.0.0.1'}:{port}",
        "PLENARY_MAIL_URL": f"mailbox://{folder / 'mail'}",
        **{f"PLENARY_{name.upper()}_DATABASE_URL": f"sqlite:///{folder / name}.db" for name in NAMES},
    }
    return {**defaults, **environ}
