"""Builds the Flask app of one service."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask_babel import Babel
from prometheus_client import CollectorRegistry

from shared.auth import public
from shared.auth.guard import Resolve, install_guard
from shared.auth.handoff import token_of
from shared.auth.tokens import TokenVerifier
from shared.clock import now
from shared.db import Database
from shared.files import FileStore
from shared.log import log, mask_path
from shared.service import Service
from shared.settings import ServiceSettings
from shared.web import assets, events_page, health
from shared.web.api import install_api
from shared.web.context import Context, attach, context_of
from shared.web.headers import install_headers
from shared.web.metrics import install_metrics
from shared.web.problems import install_problems
from shared.web.shortcut import shorten
from shared.web.times import FILTERS
from shared.web.tracing import begin_request

HERE = Path(__file__).parent
MAX_BODY = 12 * 1024 * 1024


def make_app(
    service: Service, settings: ServiceSettings, database: Database, registry: CollectorRegistry
) -> Flask:
    """Routes at their full paths, so the app is the same alone and beside the others."""
    app = Flask(f"plenary.{service.name}", template_folder=str(HERE / "templates"), static_folder=None)
    # The form limit is high enough that a long text is refused by its schema, which can name the field.
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024)
    app.url_map.strict_slashes = True
    files = FileStore(settings.data_dir / service.name / "files")
    attach(
        app,
        Context(
            name=service.name,
            path=service.path,
            title=service.title,
            settings=settings,
            database=database,
            files=files,
            look=service.look,
        ),
    )
    _install_request_log(app)
    seconds = install_metrics(app, registry)
    install_problems(app)
    install_headers(app, https=settings.base_url.startswith("https"))
    install_guard(app, service.resolve_principal or _tokens(database, service.name), service.resolve_device)
    install_templates(app)
    for blueprint in (assets.blueprint, health.blueprint, *service.blueprints):
        app.register_blueprint(blueprint)
    app.register_blueprint(events_page.blueprint, url_prefix=f"{service.path}/manage/events")
    _install_files(app, service.path, files)
    install_api(app, service.apis)
    if service.shortcut is not None:
        shortened = shorten(app.wsgi_app, service.shortcut, context_of(app), seconds)
        app.wsgi_app = shortened  # type: ignore[method-assign,assignment]
    if service.before_flask is not None:
        app.wsgi_app = service.before_flask(app.wsgi_app, settings)  # type: ignore[method-assign,assignment]
    return app


def _tokens(database: Database, audience: str) -> Resolve:
    verifier = TokenVerifier(database, audience)

    def resolve(_conference: str | None) -> Any:
        token = token_of(request)
        return verifier.verify(token, now()) if token else None

    return resolve


def _install_request_log(app: Flask) -> None:
    @app.before_request
    def start() -> None:
        begin_request(request.headers.get("Traceparent", ""), app.name)

    @app.after_request
    def finish(response: Response) -> Response:
        # A GET is no news, and neither is what has no answer: the heartbeats of viewers.
        if response.status_code >= 500 or (request.method != "GET" and response.status_code != 204):
            log.info(
                "request", method=request.method, path=mask_path(request.path), status=response.status_code
            )
        return response


def install_templates(app: Flask) -> None:
    """Filters, globals and translations that the shared templates rely on."""
    Babel(app, default_locale="en_GB")

    def service_asset(name: str) -> str:
        folder = next(Path(b.static_folder) for b in app.blueprints.values() if b.static_folder)
        owner = next(b.name for b in app.blueprints.values() if b.static_folder)
        return f"{app.url_for(f'{owner}.static', filename=name)}?v={assets.folder_hash(folder)}"

    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        asset=assets.asset_url, look_css=assets.look_url, service_asset=service_asset, now=now
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600


def _install_files(app: Flask, path: str, files: FileStore) -> None:
    @app.get(f"{path}/assets/files/<name>", endpoint="uploaded_file")
    @public
    def uploaded(name: str) -> Response:
        """An uploaded picture; its name is its hash, so it never changes."""
        stored = files.path_of(name)
        response = Response(
            stored.read_bytes(), mimetype="image/png" if name.endswith("png") else "image/jpeg"
        )
        response.cache_control.max_age = assets.FOREVER
        response.cache_control.public = response.cache_control.immutable = True
        return response
