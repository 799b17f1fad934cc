from __future__ import annotations

from server.tests.site.standing import standing

standing_files, stood = standing.files(), standing.fixture()
