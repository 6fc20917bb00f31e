"""Brings the tables that `grading` adds to a gradebook up to date."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from grading.errors import CourseError

__all__ = ["Derive", "upgrade"]

Derive = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A submission's record → values of the columns that repeat what it says."""


def upgrade(db: sa.Connection, table: sa.Table, derive: Derive) -> list[str]:
    """Add the columns that an older version of `grading` did not have, in one transaction.

    No row is lost or changed otherwise: a new column takes its values from the row's own record,
    or else the default of its definition.

    Parameters
    ----------
    db
        A connection without an open transaction.
    table
        The table as it should be; columns that are newer than its first version need a
        `server_default`. Its column `record` holds compressed JSON.
    derive
        Gives the values that follow from a record.

    Returns
    -------
    list of str
        Names of the columns that were added.

    Raises
    ------
    CourseError
        When the table has columns that this version does not know.
    """
    found = {column["name"] for column in sa.inspect(db).get_columns(table.name)}
    unknown = found - set(table.columns.keys())
    if unknown:
        raise CourseError(
            f"The gradebook was written by a newer version of `grading`: its table {table.name} "
            f"has the columns {', '.join(sorted(unknown))}.",
            "Update this package (`git pull`, then `pip install -e .`).",
        )
    added = [column for column in table.columns if column.name not in found]
    if not added:
        return []
    if db.dialect.name == "sqlite":  # Python's driver would commit each column on its own
        db.exec_driver_sql("BEGIN IMMEDIATE")
    for column in added:
        definition = sa.schema.CreateColumn(column).compile(dialect=db.dialect)
        db.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
    _fill(db, table, {column.name for column in added}, derive)
    return [column.name for column in added]


def _fill(db: sa.Connection, table: sa.Table, names: set[str], derive: Derive) -> None:
    """Give new columns the values that each row's record implies."""
    keys = list(table.primary_key.columns)
    for row in db.execute(sa.select(*keys, table.c.record)).all():
        values = derive(json.loads(zlib.decompress(row.record)))
        known = {name: value for name, value in values.items() if name in names}
        if known:
            where = [column == getattr(row, column.name) for column in keys]
            db.execute(sa.update(table).where(*where).values(known))
