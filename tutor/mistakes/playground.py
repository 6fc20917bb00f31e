"""Exercises of the theme "playground"."""

from __future__ import annotations

from tutor.mistakes.records import Exercise

EXERCISES: tuple[Exercise, ...] = ()
