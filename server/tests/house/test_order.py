"""The order of the rooms holds for foreign keys too: an earlier room never points at a later one."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[3]


def order() -> dict[str, int]:
    """Room → height, from the one place where the order stands."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c for c in contracts if c["type"] == "layers")["layers"]
    return {room.strip(): height for height, layer in enumerate(reversed(layers)) for room in layer.split(":")}


def test_every_foreign_key_points_downwards() -> None:
    height = order()
    wrong = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in height
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if height.get(field.related_model._meta.app_label, -1) > height[model._meta.app_label]
    ]
    assert wrong == []


def test_every_room_has_its_place() -> None:
    rooms = {config.label for config in apps.get_app_configs() if config.name.startswith("didimdol.")}
    assert rooms == set(order())
