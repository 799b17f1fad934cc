"""The worlds of this room, each made once a file."""

from __future__ import annotations

from server.tests.standing import Standing

standing = Standing()
