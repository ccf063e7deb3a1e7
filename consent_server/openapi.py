"""The description of the HTTP interface for machines (OpenAPI 3.1), made from the routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from consent_server.admin.jobs import Job
from consent_server.admin.scan_api import Wish
from consent_server.log.query import FILTER_NAMES, MAX_LIMIT, PAGE_NAMES
from consent_server.log.receipt import Receipt
from consent_server.log.statistics import APART, Day
from consent_server.model import Action, Decision, Ignored, Slice, Surface
from scanner.model import OPTIONAL_CATEGORIES, Catalogue
from widget.enforce.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCHEMAS = "#/components/schemas/{name}"

#: What each of these answers with, as a value of ours.
_ANSWERS: dict[str, Any] = {
    "/api/v1/consents": Slice,
    "/api/v1/sites/{site}/catalogue": Catalogue,
    "/api/v1/scans/{id}": Job,
    "/w/{site}/consents/{id}": Receipt,
    "/w/{site}/enforcement.json": Rules,
}

#: What answers people with a page, also where it refuses.
_PAGES = ("/w/{site}/requests", "/w/{site}/requests/{id}", "/w/{site}/consents/{id}")

_FILTERED = ("/api/v1/consents", "/api/v1/consents/count", "/api/v1/consents/export")
_OF_SITES = ("/api/v1/scans", "/api/v1/findings")

_CHOICES: dict[str, dict[str, Any]] = {
    "service": {"type": "array", "items": {"type": "string"}},
    "surface": {"type": "string", "enum": [surface.value for surface in Surface]},
    "action": {"type": "string", "enum": [action.value for action in Action]},
    "category": {
        "type": "array",
        "items": {"type": "string", "enum": [each.value for each in OPTIONAL_CATEGORIES]},
    },
    "granted": {"type": "string", "enum": ["true", "false"]},
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
}


def describe(routes: Iterable[tuple[str, frozenset[str], str]], *, version: str) -> dict[str, Any]:
    """
    Return the description of *routes*.

    Args:
        routes: Path, methods and a sentence for each.
        version: Of Kapsel.
    """
    types = (Decision, Ignored, Receipt, Slice, Day, Catalogue, Rules, Job, Wish)
    _, schemas = msgspec.json.schema_components(types, ref_template=_SCHEMAS)
    schemas["Error"] = {
        "type": "object",
        "properties": {"error": {"type": "string"}},
        "required": ["error"],
    }
    paths: dict[str, dict[str, Any]] = {}
    for path, methods, sentence in routes:
        for method in sorted(methods - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _operation(path, method, sentence)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kapsel", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(path: str, method: str, sentence: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": sentence,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", path)
        ],
        "responses": {
            "default": {
                "description": "Refused, and why.",
                "content": {"application/json": {"schema": _reference("Error")}},
            }
        },
    }
    if path in _PAGES:
        operation["responses"]["default"]["content"]["text/html"] = {}
    operation["parameters"] += _query(path)
    if path.startswith("/api/"):
        operation["security"] = [{"token": []}]
    done: dict[str, Any] = {"description": "Done."}
    if path in _ANSWERS and method == "GET":
        done["content"] = {"application/json": {"schema": _reference(_ANSWERS[path].__name__)}}
    if path == "/w/{site}/ignored":
        body = {"schema": _reference("Ignored")}
        operation["requestBody"] = {"required": True, "content": {"text/plain": body}}
    if path == "/w/{site}/consents":
        many = {"type": "array", "minItems": 1, "maxItems": 20, "items": _reference("Decision")}
        either = {"schema": {"anyOf": [_reference("Decision"), many]}}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": either, "text/plain": either},
        }
        operation["responses"]["201"] = {"description": "Stored, on disk."}
    if (path, method) == ("/api/v1/scans", "POST"):
        wish = {"application/json": {"schema": _reference("Wish")}}
        operation["requestBody"] = {"required": True, "content": wish}
        job = {"application/json": {"schema": _reference("Job")}}
        operation["responses"]["202"] = {"description": "It begins.", "content": job}
        return operation
    empty = method == "DELETE" or path == "/w/{site}/ignored"
    operation["responses"]["204" if empty else "200"] = done
    return operation


def _query(path: str) -> list[dict[str, Any]]:
    """Return the parameters that the query of *path* may hold."""
    names: tuple[str, ...] = ()
    if path in _FILTERED or path == "/api/v1/stats":
        names = FILTER_NAMES
    if path in ("/api/v1/consents", "/api/v1/consents/export"):
        names += PAGE_NAMES
    if path in _OF_SITES:
        names = ("site", *PAGE_NAMES)
    found = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": _CHOICES.get(name, {"type": "string"}),
        }
        for name in names
    ]
    if path == "/api/v1/stats":
        apart = {"type": "array", "items": {"type": "string", "enum": list(APART)}}
        found = [each for each in found if each["name"] != "id"]
        found.append({"name": "by", "in": "query", "required": False, "schema": apart})
    if path.endswith("/export"):
        formats = {"type": "string", "enum": ["jsonl", "csv", "parquet"]}
        found.append({"name": "format", "in": "query", "required": False, "schema": formats})
        found.append(
            {"name": "after", "in": "query", "required": False, "schema": {"type": "string"}}
        )
    if "/declaration" in path:
        found.append(
            {"name": "lang", "in": "query", "required": False, "schema": {"type": "string"}}
        )
    return found


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _SCHEMAS.format(name=name)}
