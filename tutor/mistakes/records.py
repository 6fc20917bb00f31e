"""What the catalogue is made of: exercises, and the mistakes that each one attracts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

THEMES = ("xor", "backprop", "activations", "parameters", "training", "playground")

# What would make the writing pointless: our own implementations, libraries, ready derivatives.
READY_MADE = (
    "tutor.activations.*",
    "tutor.datasets.*",
    "tutor.gradients.*",
    "tutor.graph.*",
    "tutor.initialisations.*",
    "tutor.layers.*",
    "tutor.losses.*",
    "tutor.network.*",
    "tutor.parameters.*",
    "tutor.playground.*",
    "tutor.training.*",
    "np.gradient",
    "scipy.*",
    "scipy.special.*",
    "sklearn.*",
    "torch.*",
    "jax.*",
    "tensorflow.*",
    "autograd.*",
    "micrograd.*",
    "sympy.*",
)
READY_MADE_SOFTPLUS = (*READY_MADE, "np.logaddexp")
READY_MADE_TANH = (*READY_MADE, "np.tanh", "math.tanh")
FORBIDDEN_LISTS = (READY_MADE, READY_MADE_SOFTPLUS, READY_MADE_TANH)
"""Each list of names that an exercise forbids. Who only watches for them needs no exercise."""

Kind = Literal["function", "number", "choice", "set", "table", "ordering", "judged"]


@dataclass(frozen=True)
class Tolerance:
    """How close is close enough: |got - expected| <= absolute + relative * |expected|."""

    relative: float = 1e-5
    absolute: float = 1e-8


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that students give, and what it tells about their thinking.

    Attributes
    ----------
    id : str
        Unique within its exercise, such as ``"exponent_sign"``.
    rule : callable
        The mistake as code. For a function or a plain answer it takes what the reference takes and
        returns the wrong result. For a judged answer it takes the answer and says whether the
        mistake is in it.
    hint : str
        Speaks to the student and says where to look. It doesn't hand over the answer.
    thinking : str
        For the instructor: what the student probably believes.
    untouched : bool
        Whether this is the code that the student was given to mend. Then the work hasn't begun.
    """

    id: str
    rule: Callable[..., Any]
    hint: str
    thinking: str
    untouched: bool = False


@dataclass(frozen=True)
class Exercise:
    """All that is known about one exercise.

    Attributes
    ----------
    id : str
        ``"theme/exercise"``.
    title : str
        A few words, as in the progress view.
    signature : str
        ``"sigmoid(x)"`` for a function, the variable's name for a plain answer.
    task : str
        What is asked, in a line or two.
    reference : callable
        The right function. For a plain answer, a function of `cases[0]` that gives the answer. For
        a judged answer, a function that returns None or says what is wrong with the answer.
    kind : str
        What kind of answer is expected.
    cases : tuple of tuple
        The inputs of the visible tests: one tuple of arguments a call.
    draw : callable, optional
        ``draw(rng)`` gives one more tuple of arguments: for hidden tests, and to tell apart two
        mistakes that agree on `cases`.
    mistakes : tuple of Mistake
        In no particular order: no two compute the same function.
    forbids : tuple of str
        Dotted names that the solution must not call, as `tutor.forbidden.watch` takes them.
    parts : tuple of str
        Names of the parts, where the answer is a tuple.
    options : tuple of str
        What to choose from, where the answer is a choice, a set, a table or an ordering.
    example : object
        A right answer, where the answer is judged.
    tolerance : Tolerance
        How close numbers have to be.
    plot : bool
        Whether a picture of the student's curve over the right one helps.
    lists : bool
        Whether a list will do where an array is expected.
    """

    id: str
    title: str
    signature: str
    task: str
    reference: Callable[..., Any]
    kind: Kind = "function"
    cases: tuple[tuple[Any, ...], ...] = ((),)
    draw: Callable[[np.random.Generator], tuple[Any, ...]] | None = None
    mistakes: tuple[Mistake, ...] = ()
    forbids: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    example: Any = None
    tolerance: Tolerance = field(default_factory=Tolerance)
    plot: bool = False
    lists: bool = False

    @property
    def name(self) -> str:
        """The name that the student's notebook gives to the answer."""
        return self.signature.partition("(")[0]

    def full_id(self, mistake: Mistake) -> str:
        """Give a mistake's id as results carry it: "activations/sigmoid/exponent_sign"."""
        return f"{self.id}/{mistake.id}" if self.id else mistake.id

    @property
    def answer(self) -> Any:
        """The right answer, where the answer isn't a function."""
        return self.example if self.kind == "judged" else self.reference(*self.cases[0])
