"""Exercises of the theme "backprop"."""

from __future__ import annotations

from tutor.mistakes.records import Exercise

EXERCISES: tuple[Exercise, ...] = ()
