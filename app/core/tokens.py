"""How many tokens a text is, about. Exact counts need a vocabulary, which the web process does not carry."""

import re

_WIDE = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_CHARACTERS_PER_TOKEN = 3.5  # English prose is near 4; other Latin-script languages and small vocabularies need more
_TOKENS_PER_MESSAGE = 4  # role and separators of the usual chat templates


def estimate_tokens(text: str) -> int:
    """Return an estimate that rather overstates: a token for each CJK character, one for 3.5 others."""
    wide = len(_WIDE.findall(text))
    return wide + int((len(text) - wide) / _CHARACTERS_PER_TOKEN) + _TOKENS_PER_MESSAGE
