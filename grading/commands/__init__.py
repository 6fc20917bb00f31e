"""The commands of `grading`. Slow imports wait until a command needs them.

- `group` is the command line, on which each module hangs its commands: `sources` (release,
  validate, refresh, excuse), `collect`, `run`, `results` (feedback, report, export);
- `options` are those that many of them share, `output` what several print.
"""

from grading.commands import collect, results, run, sources  # each hangs its commands on it
from grading.commands.group import grading

__all__ = ["collect", "grading", "results", "run", "sources"]
