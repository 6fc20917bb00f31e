"""Takes submissions out of the zip files that a learning platform offers for download.

nbgrader's `zip_collect` unpacks whatever it is given. Here each name, size and kind is looked at
before anything is written, and a submission is put in place as a whole or not at all. Which file is
whose is still the word of nbgrader's collector plug-in.

- `archive` reads a zip file that nobody vouches for;
- `names` knows two platforms' names of files, `unpack` finds out with it whose each file is;
- `place` puts one student's files in the place of older ones; `collect` does all of it in turn.
"""

from __future__ import annotations

from grading.collect.collect import Collected, collect

__all__ = ["Collected", "collect"]
