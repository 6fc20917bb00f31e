"""The vocabulary of test cells.

A test cell is one expression, and its value is a `Result`: a coloured table in JupyterLab, plain
text elsewhere, a score for nbgrader. A check never raises for a wrong answer.

    check.exercise("activations/sigmoid")                             # visible test
    check.exercise("activations/sigmoid", seed=7, hidden=True)        # hidden: other numbers
    check.agrees(yours.f, with_=np.sin, on=[-1, 0, 2])                # anything else

`check.exercise` looks the answer up in the notebook, under the name that the catalogue gives it, so
a name that isn't defined yet reads "not started" instead of a `NameError`. `check.yours.f` does the
same for the other checks.
"""

from tutor.check.behaviour import leaves_unchanged, raises, returns
from tutor.check.calling import yours
from tutor.check.costs import calls_at_most, multiplications
from tutor.check.derivatives import derivative, gradient
from tutor.check.learning import learns
from tutor.check.properties import (
    Property,
    between,
    holds,
    never_falls,
    sums_to,
    that,
    unchanged_when,
)
from tutor.check.result import Line, Result
from tutor.check.vocabulary import (
    agrees,
    choice,
    exercise,
    missed_by,
    number,
    ordering,
    set_of,
    table,
    together,
)

__all__ = [
    "Line",
    "Property",
    "Result",
    "agrees",
    "between",
    "calls_at_most",
    "choice",
    "derivative",
    "exercise",
    "gradient",
    "holds",
    "learns",
    "leaves_unchanged",
    "missed_by",
    "multiplications",
    "never_falls",
    "number",
    "ordering",
    "raises",
    "returns",
    "set_of",
    "sums_to",
    "table",
    "that",
    "together",
    "unchanged_when",
    "yours",
]
