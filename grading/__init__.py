"""Release, grade, give feedback and report: the instructor's side of the course."""
