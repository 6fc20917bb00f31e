"""The commands of `grading`. Slow imports wait until a command needs them.

- `group` is the command line, on which each module hangs its commands: `sources` (release,
  validate, refresh, excuse), `handed_in` (collect), `grade` (run), `results` (feedback, report,
  export);
- `options` are those that many of them share, `output` what several print.
"""

from grading.commands import grade, handed_in, results, sources  # each hangs its commands on it
from grading.commands.group import grading

__all__ = ["grade", "grading", "handed_in", "results", "sources"]
