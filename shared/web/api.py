"""The OpenAPI side of an app: flask-smorest with our error shape, and a page to read the document."""

import re
from collections.abc import Mapping
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from flask_smorest.utils import prepare_response

from shared.auth import public
from shared.auth.guard import policy_of
from shared.web.context import context_of
from shared.web.pages import render
from shared.web.problems import CONTENT_TYPE, Problem

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PARAMETER = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
UNSAFE = ("post", "put", "patch", "delete")
DOCS_CSP = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'"


class Blueprint(SmorestBlueprint):
    """Function views; every error body is a Problem. `schemes` are security schemes beside the bearer token."""

    schemes: Mapping[str, dict[str, str]] = {}


class PlenaryApi(Api):
    """Documents problem+json as the error of every operation."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Refusals and HTTP errors are rendered by `problems` for pages and API alike."""

    def _register_responses(self) -> None:
        """The two that operations refer to; one of every status there is would make each start slower."""
        named = {
            HTTPStatus.UNPROCESSABLE_ENTITY.name: HTTPStatus.UNPROCESSABLE_ENTITY.phrase,
            "DEFAULT_ERROR": "Default error response",
        }
        for name, description in named.items():
            response = {"description": description, "schema": self.ERROR_SCHEMA}
            prepare_response(response, self.spec, self.DEFAULT_RESPONSE_CONTENT_TYPE)
            self.spec.components.response(name, response, lazy=True)


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
        for name, scheme in blueprint.schemes.items():
            api.spec.components.security_scheme(name, scheme)
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


def openapi_document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an app, each operation with its name, its scope and its errors as problem+json."""
    document: dict[str, Any] = deepcopy(app.extensions["plenary_api"].spec.to_dict())
    document["servers"] = [{"url": "/"}]
    for response in document["components"].get("responses", {}).values():
        _say_problem(response)
    _anchor_patterns(document)
    for rule in app.url_map.iter_rules():
        path = document["paths"].get(_PARAMETER.sub(r"{\1}", rule.rule), {})
        for method in rule.methods or ():
            if method.lower() in path:
                operation = path[method.lower()]
                scope = policy_of(app, rule.endpoint)
                _name_refusals(operation, method.lower(), scope=scope, has_place=bool(rule.arguments))
                _complete(operation, rule.endpoint, scope)
    return document


def _anchor_patterns(part: Any) -> None:
    """Python matches from the beginning and ends with backslash Z; JSON Schema has ECMAScript's ^ and $ for that."""
    if isinstance(part, dict):
        pattern = part.get("pattern")
        if isinstance(pattern, str) and not pattern.startswith("^"):
            part["pattern"] = "^(?:" + pattern.replace(r"\Z", "$") + ")"
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            _anchor_patterns(inner)


def _name_refusals(operation: dict[str, Any], method: str, *, scope: str | None, has_place: bool) -> None:
    """Whatever the guard, the input checks and the routing may answer, beside what the call itself names."""
    responses = operation["responses"]
    statuses = {422}  # a NUL in any parameter
    if scope:
        statuses |= {401, 404}
    if has_place:
        statuses |= {404}
    if method in UNSAFE:
        statuses |= {403}
    if "requestBody" in operation:
        statuses |= {400, 413}
    for status in sorted(statuses):
        responses.setdefault(str(status), {"description": HTTPStatus(status).phrase})
    if "default" in responses:
        responses["5XX"] = responses.pop("default")


def _complete(operation: dict[str, Any], endpoint: str, scope: str | None) -> None:
    operation["operationId"] = endpoint.rpartition(".")[2]
    operation.setdefault("security", [{"bearer": []}] if scope else [])
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
