"""Exercises of the theme "parameters"."""

from __future__ import annotations

from tutor.mistakes.records import Exercise

EXERCISES: tuple[Exercise, ...] = ()
