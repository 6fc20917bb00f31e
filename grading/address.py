"""Addresses of gradebooks: SQLAlchemy's URLs, as people may write and see them."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from typing import Any

import sqlalchemy as sa

__all__ = ["missing_file", "of_file", "options", "remedy", "shown", "with_driver"]


def with_driver(db_url: str) -> str:
    """Name the driver that we install where an address on PostgreSQL names none.

    SQLAlchemy 2.0 would take psycopg2, its successor does not.
    """
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", db_url)


def of_file(file: Path) -> str:
    """Return the address of an SQLite gradebook, whatever is in its path."""
    path = str(file)
    if sa.make_url("sqlite:///%25").database == "%":  # since SQLAlchemy 2.1
        path = path.replace("%", "%25").replace("?", "%3F")
    return f"sqlite:///{path}"


def shown(db_url: str) -> str:
    """Return an address as it may be shown: without its password, a file's path as it is."""
    try:
        url = sa.make_url(db_url)
    except sa.exc.ArgumentError:
        return db_url
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{url.database or ''}"
    return url.render_as_string(hide_password=True)


def missing_file(db_url: str) -> Path | None:
    """Return the file of an SQLite gradebook that is not there; None for any other address."""
    try:
        url = sa.make_url(db_url)
    except sa.exc.ArgumentError:
        return None
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    file = Path(url.database)
    return None if file.exists() else file


def options(db_url: str) -> dict[str, Any]:
    """Return what `create_engine` needs beside an address.

    PostgreSQL is told who we are, for the message to those who find the gradebook locked.
    """
    if not db_url.startswith("postgresql+psycopg:"):
        return {}
    name = f"process {os.getpid()} on {socket.gethostname()}"
    return {"connect_args": {"application_name": name[:63]}}


def remedy(db_url: str, error: Exception) -> str:
    """Say what to do when a gradebook can't be opened, read or written."""
    if isinstance(error, ImportError):
        if with_driver(db_url).startswith("postgresql+psycopg:"):
            return "In the course's folder run: pip install -e '.[postgresql]'"
        return "Install that package, or name a gradebook on SQLite or PostgreSQL."
    if isinstance(error, sa.exc.NoSuchModuleError):
        return "Gradebooks were tried on SQLite (sqlite:///FILE) and PostgreSQL (postgresql://…)."
    if "://" not in db_url:
        return f"Write the address of a file as sqlite:///{db_url}."
    if not db_url.startswith("sqlite"):
        return "Check its address. The database itself has to be there: `createdb NAME` makes one."
    if "locked" in str(error):
        return (
            "Another program is writing to it: formgrader, nbgrader, or a run on another machine. "
            "Wait for it or end it, then run the same command again."
        )
    if "readonly" in str(error):
        return "Make it writable for you, then run the same command again."
    if "disk is full" in str(error):
        return "Make room there, then run the same command again."
    if any(words in str(error) for words in ("not a database", "malformed")):
        return (
            "Take a copy from before, or move the file away: `grading run` then makes a new one, "
            "without the points and comments that people gave."
        )
    return (
        "Check its path and rights. If an older nbgrader wrote it: make a copy of it, then run "
        "`nbgrader db upgrade`."
    )
