"""What the database itself refuses, in production too.

* A write to an audited table (every ``Row``) outside an action.
* UPDATE, DELETE and TRUNCATE of an append-only table, whoever asks.
* The application's database role has no right to change or remove audit rows at all.

Installed after every ``migrate`` from the models themselves, so a new table cannot be forgotten.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from didimdol.kernel.rows import AppendOnlyRow, Row

FUNCTIONS = """
CREATE OR REPLACE FUNCTION didimdol_inside_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('didimdol.action', true), '') = '' THEN
    RAISE EXCEPTION 'didimdol: % of % outside an action', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE OR REPLACE FUNCTION didimdol_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A test database is emptied between tests by its owner; the application's role has no TRUNCATE right.
  IF TG_OP = 'TRUNCATE' AND coalesce(current_setting('didimdol.test_database', true), '') = 'yes' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'didimdol: % is append-only (%)', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""

ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another migrate made it just now
END $$;
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
"""


def audited_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if issubclass(m, Row) and not m._meta.proxy]


def append_only_models() -> list[type[models.Model]]:
    return [m for m in audited_models() if issubclass(m, AppendOnlyRow)]


def install() -> None:
    """Make the functions, triggers, role and rights. Safe to repeat."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        cursor.execute(ROLE.format(role=settings.DIDIMDOL_DATABASE_ROLE))
        for model in audited_models():
            table = model._meta.db_table
            if table not in existing:
                continue
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER didimdol_action BEFORE INSERT OR UPDATE OR DELETE ON "{table}" '
                "FOR EACH ROW EXECUTE FUNCTION didimdol_inside_action()"
            )
        for model in append_only_models():
            table = model._meta.db_table
            if table not in existing:
                continue
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER didimdol_append_only BEFORE UPDATE OR DELETE ON "{table}" '
                "FOR EACH ROW EXECUTE FUNCTION didimdol_append_only()"
            )
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER didimdol_no_truncate BEFORE TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION didimdol_append_only()"
            )
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {settings.DIDIMDOL_DATABASE_ROLE}')


def install_after_migrate(sender: Any, **kwargs: Any) -> None:
    # post_migrate comes once an app, kernel's among the first; the tables of all apps are there by then.
    if kwargs.get("using", "default") == "default":
        install()


def take_application_role(sender: Any, connection: Any, **kwargs: Any) -> None:
    """On every new connection: drop the owner's rights, among them the right to change the audit log."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DIDIMDOL_DATABASE_ROLE])
        if cursor.fetchone() and not settings.DIDIMDOL_WORKS_AS_OWNER:
            cursor.execute(f'SET ROLE "{settings.DIDIMDOL_DATABASE_ROLE}"')
