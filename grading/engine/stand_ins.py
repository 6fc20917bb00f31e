"""What stands for the student's objects on the examiner's side, and for ours on the student's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grading.engine import protocol
from grading.engine.question import public_name

if TYPE_CHECKING:
    from grading.engine.remote import Session

# What a hidden test may say of a type: a class named after what it was called with is a message.
_COMMON_TYPES = frozenset(
    (
        "function",
        "builtin_function_or_method",
        "method",
        "type",
        "module",
        "generator",
        "map",
        "zip",
        "filter",
        "enumerate",
        "reversed",
        "range",
        "coroutine",
        "list_iterator",
        "dict_keys",
        "dict_values",
        "dict_items",
        "matrix",
        "MaskedArray",
        "DataFrame",
        "Series",
        "memoryview",
        "ufunc",
        "partial",
        "property",
        "Result",
        "Picture",
        "Figure",
    )
)
MAX_LENT = 10_000


class StudentObject:
    """Stands for an object of the student's process that can't travel.

    It has no abilities: it can be handed back to functions of the student, and that is all.

    Attributes
    ----------
    student_type : str
        Name of the type of the student's object, on the student's word.
    """

    __slots__ = ("_number", "_session", "student_type")

    def __init__(self, session: Session, number: int, student_type: str) -> None:
        self._session = session
        self._number = number
        self.student_type = student_type

    def __repr__(self) -> str:
        return f"<{self.student_type} in the student's process>"

    def __copy__(self) -> StudentObject:
        return self

    def __deepcopy__(self, memo: object) -> StudentObject:
        return self


class StudentIterator(StudentObject):
    """Stands for a generator or another iterator of the student's; its items are fetched."""

    __slots__ = ("_items", "_more")

    def __init__(self, session: Session, number: int, student_type: str) -> None:
        super().__init__(session, number, student_type)
        self._items: list[Any] = []
        self._more = True

    def __iter__(self) -> Iterator[Any]:
        if self.student_type in ("dict_keys", "dict_values", "dict_items"):
            return iter(self._session.request("iterate", self))
        return self

    def __next__(self) -> Any:
        if not self._items and self._more:
            # One by one: a generator may print, count or never end.
            self._items, self._more = self._session.next_items(self, 1)
        if not self._items:
            raise StopIteration
        return self._items.pop(0)


class StudentFunction(StudentObject):
    """Stands for something callable in the student's process.

    Calling it sends the arguments there and gives the result as plain data. Arrays, lists and
    dicts that the student's code changed in place are changed here too.
    """

    __slots__ = ("__name__",)

    def __init__(self, session: Session, number: int, student_type: str, name: str) -> None:
        super().__init__(session, number, student_type)
        self.__name__ = name or "function"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function."""
        return self._session.call(self, args, kwargs)

    def call_many(
        self, forbids: Sequence[str], cases: Sequence[Sequence[Any]]
    ) -> list[tuple[Any, Exception | None, tuple[str, ...], tuple[int, ...]]]:
        """Call it on each case, for the price of one message; see `Session.call_many`."""
        return self._session.call_many(self, forbids, cases)

    def has_empty_body(self) -> bool:
        """Whether there is nothing in it but `...`, `pass` or a docstring, on the student's word.

        Who says so falsely is told to begin, and gets no points.
        """
        return self._session.ask("empty", self) is True

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        text = self._session.ask("describe", self)
        return text if isinstance(text, str) and text else None


class References:
    """Handles as the examiner's side keeps them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lent: list[Any] = []
        self.known: dict[int, StudentObject] = {}

    def lend(self, value: Any) -> tuple[int, int, str, str] | protocol.Named | int:
        """Give what of ours or of the student's goes to the student's process."""
        known_by = public_name(value)
        if known_by is not None:
            return known_by
        if isinstance(value, StudentObject):
            if value._session is not self.session:
                raise protocol.ProtocolError("an object of another student process")
            return value._number
        if not callable(value):
            kind = type(value)
            raise protocol.ProtocolError(
                f"a {kind.__module__}.{kind.__qualname__} can't be passed to the student's "
                "process: use numbers, text, lists, tuples, dicts, sets, arrays or functions"
            )
        number = next((n for n, other in enumerate(self.lent) if other is value), len(self.lent))
        if number == MAX_LENT:
            raise protocol.ProtocolError("too many functions passed to the student's process")
        if number == len(self.lent):
            self.lent.append(value)
        return number, 0, "function", protocol.clean_name(getattr(value, "__name__", ""))

    def borrow(self, number: int, sort: str, type_name: str, name: str) -> StudentObject:
        """Stand in for an object of the student's, the same for each number."""
        self.session.exchanges = None  # a number means something else with another student
        known = self.known.get(number)
        if known is not None:
            return known
        if self.session.discreet:
            type_name = type_name if type_name in _COMMON_TYPES else "object"
            name = ""
        made: StudentObject
        if sort in ("function", "class"):
            made = StudentFunction(self.session, number, type_name, name)
        elif sort == "iterator":
            made = StudentIterator(self.session, number, type_name)
        else:
            made = StudentObject(self.session, number, type_name)
        self.known[number] = made
        return made

    def own(self, number: int) -> Any:
        """Give back an object of ours that was lent."""
        self.session.exchanges = None
        if number >= len(self.lent):
            raise protocol.ProtocolError("an unknown handle")
        return self.lent[number]

    def named(self, module: str, name: str) -> Any:
        """Refuse."""
        raise protocol.ProtocolError("the student's process may name nothing")


def apply_changes(changes: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Change arguments in place as the student's code changed its copies of them.

    Parameters
    ----------
    changes : dict
        Position or keyword of an argument to its new contents, on the student's word.
    args, kwargs
        The arguments as the caller holds them.
    """
    if not isinstance(changes, dict):
        return
    for key, new in changes.items():
        if type(key) is int and 0 <= key < len(args):
            overwrite(args[key], new)
        elif isinstance(key, str) and key in kwargs:
            overwrite(kwargs[key], new)


def overwrite(old: Any, new: Any) -> bool:
    """Give a container the contents of another of the same type; say whether that was possible."""
    if type(old) is not type(new):
        return False
    if isinstance(old, np.ndarray):
        return _overwrite_array(old, new)
    if isinstance(old, list):
        old[:] = [_merged(a, b) for a, b in zip(old, new, strict=False)] + new[len(old) :]
    elif isinstance(old, dict):
        merged = {key: _merged(old.get(key), value) for key, value in new.items()}
        old.clear()
        old.update(merged)
    elif isinstance(old, set):
        old.clear()
        old.update(new)
    elif isinstance(old, bytearray):
        old[:] = new
    else:
        return False
    return True


def _merged(old: Any, new: Any) -> Any:
    return old if overwrite(old, new) else new


def _overwrite_array(old: np.ndarray[Any, Any], new: np.ndarray[Any, Any]) -> bool:
    if old.dtype != new.dtype or not old.flags.writeable:
        return False
    if old.shape != new.shape:
        try:
            old.resize(new.shape, refcheck=False)
        except ValueError:  # a view can't be resized
            return False
    old[...] = new
    return True
