"""Reading all of safety's files at the start, so that the first person in need waits for none of them."""

from app.safety.classifier import load_classifier
from app.safety.helplines import directory
from app.safety.honesty import honesty_rules, read_words
from app.safety.output import output_rules
from app.safety.pattern_files import load_patterns
from app.safety.replies import phrasebook
from app.safety.tables import FOLDER, languages_in


def load_content() -> None:
    """Read and compile every pattern, rule, text and helpline; it takes about two seconds, once per process.

    Raises ContentError naming the first file that is wrong: a server that could not help does not start.
    """
    load_patterns()
    for screen in ("risk", "replies", "questions"):
        load_classifier(screen)
    output_rules()
    for folder in ("questions", "minors"):
        honesty_rules(folder)
    directory()
    for language in languages_in(FOLDER / "replies"):
        phrasebook(language)
        read_words(language)
