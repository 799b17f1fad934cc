"""The reference of the API as a page of ours: the OpenAPI document in words, with no script and no outside address."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from didimdol.kernel.words import language


class Reference(DocsBase):
    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        document = api.get_openapi_schema()
        schemas = document["components"]["schemas"]
        context = {
            "api": api,
            "base": request.build_absolute_uri("/api/v1").rstrip("/"),
            "openapi_url": self.get_openapi_url(api, kwargs),
            "operations": [
                _operation(path, method, operation)
                for path, methods in document["paths"].items()
                for method, operation in methods.items()
            ],
            "schemas": [
                (name, schema.get("description", "").replace("``", ""), _fields(schema))
                for name, schema in sorted(schemas.items())
            ],
        }
        return render(request, "api/docs.html", context)


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["x-ko"] if language() == "ko" and "x-ko" in operation else operation["summary"],
        "token": bool(operation.get("security")),
        "parameters": [
            (p["name"], _type(p["schema"]), p.get("required", False), p["schema"].get("default", ""))
            for p in operation.get("parameters", [])
        ],
        "responses": [
            (status, _type(_content(response))) for status, response in sorted(operation["responses"].items(), key=str)
        ],
    }


def _content(response: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = response.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _fields(schema: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, _type(part)) for name, part in schema.get("properties", {}).items()]


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type") or json.dumps(schema))
