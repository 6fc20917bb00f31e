"""Whose file is it? A plug-in for nbgrader's `zip_collect` that knows two platforms' names."""

from __future__ import annotations

import re
import unicodedata

from nbgrader.plugins import FileNameCollectorPlugin

__all__ = ["CANVAS", "MOODLE", "PlatformCollector"]

# Full name, number of the participant (another one in each assignment), then a folder or one name.
MOODLE = re.compile(
    r"(?P<student_id>[^/]+?)_(?P<participant>\d+)_assignsubmission_file_?/?(?P<path>[^/].*)"
)
# Name without spaces, LATE if it was, number of the user (the same everywhere), number of the file.
CANVAS = re.compile(r"[^/]+?_(?P<late>LATE_)?(?P<student_id>\d+)_\d+_(?P<path>.+)")
_ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<student_id>anon_[^/_]+)_\d+_(?P<path>.+)")


class PlatformCollector(FileNameCollectorPlugin):  # type: ignore[misc]  # not annotated
    """Reads Moodle's and Canvas's file names; others by `named_regexp`, as nbgrader does.

    `nbgrader zip_collect --collector=grading.collect.names.PlatformCollector` uses it too.

    A student is called by the full name in Moodle, by the user's number (column ID of its
    gradebook) in Canvas. The notebook's name is the last part of the path.
    """

    root = ""
    """Folder of the files; what is above it says nothing. By default nbgrader's `extracted`."""

    def _match(self, filename: str) -> dict[str, str] | None:
        if self.named_regexp:
            found: dict[str, str] | None = super()._match(filename)
            return found
        # macOS takes names apart into letters and accents, that of the folder too.
        name, root = (unicodedata.normalize("NFC", text) for text in (filename, self.root))
        below = name.removeprefix(root) if root else name.partition("/extracted/")[2]
        parts = below.strip("/").split("/")
        # The first part that looks like a platform's name: students choose the later ones.
        for first in range(len(parts)):
            rest = "/".join(parts[first:])
            for pattern in (MOODLE, _ANONYMOUS, CANVAS):
                match = pattern.fullmatch(rest)
                if match:
                    whole = {key: value for key, value in match.groupdict().items() if value}
                    return whole | {"file_id": whole["path"].rpartition("/")[2]}
        self.log.warning("No platform's name: %s", filename)
        return None
