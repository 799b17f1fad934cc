"""What runs in the scratch database: one rehearsal, told line by line as JSON on standard output.

python -m didimdol.rehearsal.inside SPEC.json REPORT.json
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any


def main() -> int:
    import django

    django.setup()
    from django.conf import settings

    from didimdol.rehearsal.scratch import PREFIX

    if not settings.DATABASES["default"]["NAME"].startswith(PREFIX):
        print("this is no rehearsal's database", file=sys.stderr)
        return 2
    spec = json.loads(Path(sys.argv[1]).read_text())
    report = rehearse(spec, tell)
    Path(sys.argv[2]).write_text(json.dumps(report, ensure_ascii=False))
    return 0


def tell(event: str, data: dict[str, Any]) -> None:
    print(json.dumps({"event": event, **data}, ensure_ascii=False), flush=True)


def rehearse(spec: dict[str, Any], tell: Any) -> dict[str, Any]:
    """``spec``: source, filename, opens (a day or None) and the wishes."""
    from didimdol.kernel import clock
    from didimdol.programmes.loading import read_rulebook
    from didimdol.rehearsal import engine, foresight, report, steps
    from didimdol.rehearsal.measured import Measurements, sandboxed
    from didimdol.rehearsal.world import Wishes, World

    opens = date.fromisoformat(spec["opens"]) if spec.get("opens") else None
    book, source = read_rulebook(spec["source"], spec["filename"], opens)
    world = World(book, source, spec["filename"], Wishes(**spec["wishes"]), Measurements(sandboxed))
    started_at, began = clock.real(), time.monotonic()
    seen = foresight.foreseen(world)
    tell("way", {"steps": [{"key": step.key, "label": step.label} for step in engine.whole_way(book)]})
    played = steps.play(world, engine.whole_way(book), tell)
    return report.build(world, played, seen, started_at=started_at, seconds=time.monotonic() - began)


if __name__ == "__main__":
    raise SystemExit(main())
