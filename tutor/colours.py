"""The colours of the course. Every picture, page and widget has its colours from here.

Style sheets and scripts can't import: theirs are compared with these by `tests/test_colours.py`.
Blue, vermilion and the rest are Okabe and Ito's (2008, "Color Universal Design"): colour-blind
readers tell them apart.
"""

# On white and on JupyterLab's dark background these two have a contrast of at least 3:1. A widget
# exchanges them on the dark one for the two below, which are lighter.
BLUE = "#0072b2"
ORANGE = "#d55e00"
LIGHT_BLUE = "#56b4e9"
AMBER = "#e69f00"
GREEN = "#009e73"

# Roles. A widget takes the theme's own colours for the first three.
INK = "#24292f"
GRID = "#d8dee4"
PAPER = "#ffffff"
GREY = "#808080"  # seen on every background

SIGNS = ("#f59322", "#e8eaeb", "#0877bd")
"""The original Playground's colours for −1 and below, 0, and 1 and above."""

# JupyterLab's own, so that both themes work; the second value is for pages without them. They mark
# borders and signs only: as text they would be too pale on a dark background.
RIGHT = "var(--jp-success-color0, #1b7f37)"
WRONG = "var(--jp-error-color0, #b3261e)"
WAITING = "var(--jp-warn-color0, #8a5300)"
