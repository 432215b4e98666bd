"""What keeps a file or a line from being read at all. `dataset.lines` and `dataset.json_text` find these."""

from scripts.dataset.checks.rules import Rule

MISSING_FILE = Rule("missing_file", "error", "There is no file of that name.")
IS_A_FOLDER = Rule("is_a_folder", "error", "A folder was given where a file is needed.")
UNREADABLE_FILE = Rule("unreadable_file", "error", "The file is there and cannot be read.")
EMPTY_FILE = Rule("empty_file", "error", "The file holds no line.")
UTF_16 = Rule("utf_16", "error", "The file is UTF-16; training files are UTF-8.")
JSON_ARRAY = Rule("json_array", "error", "The file is one JSON list; JSONL has one object on each line.")
SPREAD_OBJECT = Rule("spread_object", "error", "Objects are spread over several lines; JSONL has one on each line.")
CR_NEWLINES = Rule("cr_newlines", "error", "Lines end with a carriage return alone, so all of it is one line.")
BYTE_ORDER_MARK = Rule("byte_order_mark", "error", "The file begins with a byte order mark, which is no JSON.")
NOT_UTF_8 = Rule("not_utf_8", "error", "The line holds bytes that are not UTF-8.")
BLANK_LINE = Rule("blank_line", "error", "The line is empty.")
NOT_JSON = Rule("not_json", "error", "The line is not JSON.")
CUT_LINE = Rule("cut_line", "error", "The last line ends in the middle: the file was not written to its end.")
LINE_TOO_LONG = Rule("line_too_long", "error", "The line is too long to be an example (64 MiB).")
NESTED_TOO_DEEP = Rule("nested_too_deep", "error", "The line holds lists or objects nested over 100 deep.")
REPEATED_KEY = Rule("repeated_key", "error", "An object has one key twice, so one of the two values is lost.")
NOT_A_NUMBER = Rule("not_a_number", "error", "The line holds NaN or Infinity, which JSON does not know.")
LONE_SURROGATE = Rule("lone_surrogate", "error", "A text holds half of a character (a lone surrogate).")
NUL_CHARACTER = Rule("nul_character", "error", "A text holds the character NUL.")
NOT_AN_OBJECT = Rule("not_an_object", "error", "The line is JSON but no object in braces.")

_WRITE = "print(json.dumps(row, ensure_ascii=False))"
HOW_TO_SPLIT = f"python -c 'import json, sys; [{_WRITE} for row in json.load(sys.stdin)]' < OLD > NEW.jsonl"
HOW_TO_JOIN = "write each object on one line, as json.dumps does without indent"
