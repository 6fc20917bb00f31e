"""The command `grading` itself: what `grading --help` says."""
# ruff: noqa: D301 (click wants the character \b itself in front of a paragraph it may not refill)

from __future__ import annotations

import click

from grading.commands.options import EXIT_CODES


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="first-neural-networks")
def grading() -> None:
    """Release, grade and give feedback on a course of notebooks.

    \b
    A term, in order:
      grading validate       is every assignment sound?
      grading release        make the students' notebooks
      grading collect        take submissions out of a learning platform's zip file
      grading run            grade what was handed in
      grading feedback       write the pages that students get
      grading report         see how the class did, and what to look at
      grading excuse         let an exercise count for nobody
      grading export         write the grades for Canvas, Moodle or a spreadsheet

    Any nbgrader course works; start in the folder of its nbgrader_config.py.

    \b
    Completion of commands and options with the Tab key, for bash (or zsh, fish):
      eval "$(_GRADING_COMPLETE=bash_source grading)"
    """
