"""Exercises of the theme "training"."""

from __future__ import annotations

from tutor.mistakes.records import Exercise

EXERCISES: tuple[Exercise, ...] = ()
