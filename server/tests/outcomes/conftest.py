from __future__ import annotations

from server.tests.outcomes.standing import standing
from server.tests.outcomes.worlds import Signed, signed_project

standing_files, stood = standing.files(), standing.fixture()


@standing.world
def signed() -> Signed:
    return signed_project()
