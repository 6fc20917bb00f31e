"""Interactive plots, one small class a widget, on top of `tutor.plots`."""
