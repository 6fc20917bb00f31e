"""The twelve activation functions in a table: their values, what speaks for and against each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tutor.activations import ACTIVATIONS, Activation, get

_COLUMNS = ("Function", "Values", "In its favour", "Against it")
_CELL = "padding: 3px 10px; text-align: left; vertical-align: top; white-space: normal;"
_COLOUR = "color: var(--jp-content-font-color1, inherit);"


class ActivationTable:
    """A table that shows as one in JupyterLab and as lines of text elsewhere.

    Parameters
    ----------
    rows : sequence of Activation
        In the order in which they are shown.
    """

    def __init__(self, rows: Sequence[Activation]) -> None:
        self.rows = tuple(rows)

    def __str__(self) -> str:
        return "\n".join(
            f"{row.label}: {row.range}. For: {_joined(row.pros)} Against: {_joined(row.cons)}"
            for row in self.rows
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col" style="{_CELL}">{column}</th>' for column in _COLUMNS)
        return (
            f'<table style="{_COLOUR} border-collapse: collapse;">'
            f'<caption style="{_COLOUR} text-align: left; font-weight: 600; padding: 3px 10px;">'
            "Activation functions compared</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{''.join(map(_row, self.rows))}</tbody></table>"
        )


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(sentences)


def _row(row: Activation) -> str:
    cells = (_joined(row.pros), _joined(row.cons))
    return (
        f'<tr style="background: transparent;"><th scope="row" style="{_CELL}">'
        f"{escape(row.label)}</th>"
        # An interval stays in one line.
        f'<td style="{_CELL} white-space: nowrap;">{escape(str(row.range))}</td>'
        + "".join(f'<td style="{_CELL}">{escape(text)}</td>' for text in cells)
        + "</tr>"
    )


def table(*names: str) -> ActivationTable:
    """Compare activation functions: those named, such as ``"relu"``, else all twelve.

    Raises
    ------
    ValueError
        If there is no activation function of that name.
    """
    return ActivationTable([get(name) for name in names] or list(ACTIVATIONS.values()))
