"""What stands in a backup: names, the manifest, the tables in the order in which they can be filled."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from didimdol.kernel.clock import KST

SECRET, MANIFEST, TABLES, BLOBS = "secret-key", "manifest.json", "tables/", "blobs/"

#: made by ``migrate`` itself; and who is signed in, which ends with the installation
LEFT_OUT = {"django_migrations", "django_session"}


@dataclass(slots=True)
class TableEntry:
    columns: list[str]
    rows: int = 0
    parts: int = 0
    sha256: str = ""


@dataclass(slots=True)
class Manifest:
    made_at: str
    version: str
    postgresql: str
    migrations: list[tuple[str, str]]
    sequences: dict[str, int]
    tables: dict[str, TableEntry] = field(default_factory=dict)
    blobs: int = 0
    blob_bytes: int = 0
    lost: list[str] = field(default_factory=list)  # paths whose bytes were not there, or not what they should be

    @property
    def rows(self) -> int:
        return sum(entry.rows for entry in self.tables.values())

    @property
    def when(self) -> str:
        return f"{datetime.fromisoformat(self.made_at).astimezone(KST):%Y-%m-%d %H:%M} KST"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> Manifest:
        tables = {name: TableEntry(**entry) for name, entry in told.pop("tables").items()}
        migrations = [(app, name) for app, name in told.pop("migrations")]
        return cls(**told, tables=tables, migrations=migrations)


class Sum:
    """The hash of what flows past."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0

    def add(self, more: bytes) -> bytes:
        self.digest.update(more)
        self.size += len(more)
        return more

    @property
    def hex(self) -> str:
        return self.digest.hexdigest()


def stored_tables() -> dict[str, list[str]]:
    """Every table with its columns (without generated ones), those that others point at first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
            "GROUP BY c.relname ORDER BY c.relname"
        )
        columns = {name: list(found) for name, found in cursor.fetchall() if name not in LEFT_OUT}
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid"
        )
        points_at: dict[str, set[str]] = {name: set() for name in columns}
        for source, target in cursor.fetchall():
            source, target = source.strip('"'), target.strip('"')
            if source in columns and target in columns:
                points_at[source].add(target)
    return {name: columns[name] for name in in_order(points_at)}


def in_order(points_at: dict[str, set[str]]) -> list[str]:
    """A table after those that it points at. Circles (deferred by the database) are cut at the first name."""
    left, order = dict(points_at), list[str]()
    while left:
        free = [name for name, targets in left.items() if not targets & left.keys()] or [min(left)]
        for name in free:
            order.append(name)
            del left[name]
    return order


def copy_statement(table: str, columns: list[str], direction: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f"COPY \"{table}\" ({names}) {direction} (FORMAT text, ENCODING 'UTF8')"
