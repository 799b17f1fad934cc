"""The API at /api/v1/, collected from the rooms."""

from __future__ import annotations

from didimdol.kernel.api import make_api

api = make_api()
