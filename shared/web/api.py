"""The OpenAPI side of an app: flask-smorest with our error shape, and a page to read the document."""

import re
from copy import deepcopy
from typing import Any

from flask import Flask, Response, jsonify
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint

from shared.auth import public
from shared.auth.guard import policy_of
from shared.errors import Refusal
from shared.web.context import context_of
from shared.web.pages import render
from shared.web.problems import CONTENT_TYPE, Problem, answer

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PARAMETER = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DOCS_CSP = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'"


class Blueprint(SmorestBlueprint):
    """Function views; every error body is a Problem."""


class PlenaryApi(Api):
    """Documents problem+json as the error of every operation."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Refusals and HTTP errors are rendered by `problems` for pages and API alike."""


def install_api(app: Flask, blueprints: tuple[Blueprint, ...]) -> None:
    """Register the blueprints, the document at openapi.json, and a page to read it."""
    context = context_of(app)
    prefix = f"{context.path}/api/v1"
    app.config.update(
        API_TITLE=f"Plenary {context.title}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    api = PlenaryApi(app)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.extensions["plenary_api"] = api

    @app.get(f"{prefix}/openapi.json", endpoint="api_document")
    @public
    def document() -> Response:
        return jsonify(openapi_document(app))

    @app.get(f"{prefix}/docs", endpoint="api_page")
    @public
    def docs() -> Response:
        page = Response(render("api_docs.html", title=context.title, openapi_url=f"{prefix}/openapi.json"))
        page.headers["Content-Security-Policy"] = DOCS_CSP
        return page

    @app.route(f"{prefix}/<path:unknown>", endpoint="api_unknown", methods=METHODS)
    @public
    def unknown(unknown: str) -> Response:
        refusal = Refusal(f"The API has no /{unknown}")
        refusal.status, refusal.code, refusal.title = 404, "not_found", "There is nothing here"
        return answer(refusal)


def openapi_document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an app, each operation with its name, its scope and its errors as problem+json."""
    document: dict[str, Any] = deepcopy(app.extensions["plenary_api"].spec.to_dict())
    document["servers"] = [{"url": "/"}]
    for response in document["components"].get("responses", {}).values():
        _say_problem(response)
    for rule in app.url_map.iter_rules():
        path = document["paths"].get(_PARAMETER.sub(r"{\1}", rule.rule), {})
        for method in rule.methods or ():
            if method.lower() in path:
                _complete(path[method.lower()], rule.endpoint, policy_of(app, rule.endpoint))
    return document


def _complete(operation: dict[str, Any], endpoint: str, scope: str | None) -> None:
    operation["operationId"] = endpoint.rpartition(".")[2]
    operation["security"] = [{"bearer": []}] if scope else []
    if scope:
        operation["x-scope"] = scope
    for status, response in operation["responses"].items():
        if status.startswith(("4", "5")) and "$ref" not in response:
            response.setdefault("content", {"application/json": {"schema": _PROBLEM}})
        _say_problem(response)


def _say_problem(response: dict[str, Any]) -> None:
    content = response.get("content", {})
    if content.get("application/json", {}).get("schema", {}).get("$ref", "").endswith("/Problem"):
        content[CONTENT_TYPE] = content.pop("application/json")
