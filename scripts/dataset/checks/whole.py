"""What only several lines show: which format a file has, what stands in it twice, what stands in two files.

`dataset.checks.run` and `dataset.checks.repeats` find these while they read.
"""

from scripts.dataset.checks.rules import Rule

UNKNOWN_FORMAT = Rule("unknown_format", "error", "No line looks like a training example of any format.")
MIXED_FORMATS = Rule("mixed_formats", "error", "The line has another format than the file's other lines.")
DUPLICATE = Rule("duplicate_example", "warning", "The same example stands in the file twice.")
SEVERAL_ANSWERS = Rule("several_answers", "warning", "The same prompt has different answers in the file.")
LEAKED_EXAMPLE = Rule("leaked_example", "error", "The same example stands in two of the files: it would be tested on.")
LEAKED_PROMPT = Rule("leaked_prompt", "error", "The same prompt stands in two of the files, with different answers.")
