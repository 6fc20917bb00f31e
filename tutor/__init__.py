"""What the course's notebooks import: mathematics, checks, plots and widgets.

Importing `tutor` costs little: matplotlib and ipywidgets load when something is drawn.
"""

__version__ = "0.1.0"
