from __future__ import annotations

from server.tests.projects.standing import standing

standing_files, stood = standing.files(), standing.fixture()
