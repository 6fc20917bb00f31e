"""Mistakes that any exercise can attract: wrong types and shapes, errors, things left undone.

Their hints depend on what came back, so `tutor.check` words them; here stands what each one says
about the thinking, for the instructor's report.
"""

GENERAL: dict[str, str] = {
    "not_started": "Nothing has been written yet.",
    "gap_left": "Left a gap “...” unfilled.",
    "not_a_function": "Gave the function's name to something else.",
    "returned_none": "Prints or computes the result without returning it.",
    "returned_list": "Builds a Python list where an array is wanted.",
    "returned_tuple": "Left a stray comma, or returns several things for one.",
    "returned_string": "Returns text where a number is wanted.",
    "returned_generator": "Takes a generator for its values.",
    "returned_function": "Forgot to call a function.",
    "wrong_type": "Returns another kind of thing than was asked for.",
    "wrong_dtype": "Makes numbers of another type than was asked for.",
    "wrong_shape": "Loses track of shapes: axes of sums, broadcasting.",
    "transposed": "Mixes up rows and columns.",
    "wrong_length": "Returns too few or too many things.",
    "missing_key": "Doesn't follow the names of the task.",
    "value": "A wrong value that no catalogued mistake explains.",
    "not_finite": "Lets a step overflow, or divides by zero.",
    "changed_input": "Writes into an array that belongs to the caller.",
    "forbidden": "Calls something ready-made that the exercise asks to write.",
    "raised": "The code stops with an error.",
    "not_raised": "Doesn't refuse an input that can't be used.",
    "property": "Doesn't check the result against a property that always holds.",
    "not_learned": "Training doesn't get where it should.",
    "unused_function": "Works around the function that was handed in.",
    "too_much_work": "Repeats work, or does it in an expensive order.",
    "not_an_option": "Answers with something that wasn't offered.",
}
