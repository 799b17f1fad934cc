from __future__ import annotations

from server.tests.house.standing import standing

standing_files, stood = standing.files(), standing.fixture()
