"""Lets `python -m grading` do what `grading` does."""

from grading.cli import main

if __name__ == "__main__":
    main()
