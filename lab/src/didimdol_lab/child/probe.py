"""The empty task: only the walls are of interest."""

from __future__ import annotations

from typing import Any

from .channel import Channel
from .instruments import Instruments


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    return {}
