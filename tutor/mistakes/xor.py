"""Exercises of the theme "xor"."""

from __future__ import annotations

from tutor.mistakes.records import Exercise

EXERCISES: tuple[Exercise, ...] = ()
