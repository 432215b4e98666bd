"""English names of the languages that Dialogflow agents speak ("Language reference", read 2026-11).

The prompt names the user's language in English, because that is the language instructions are written in.
"""

from collections.abc import Iterable

_NAMES = {
    "ar": "Arabic",
    "bn": "Bengali",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fil": "Filipino",
    "fr": "French",
    "hi": "Hindi",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "ml": "Malayalam",
    "mr": "Marathi",
    "ms": "Malay",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "pt-br": "Brazilian Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "si": "Sinhala",
    "sv": "Swedish",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Simplified Chinese",
    "zh-cn": "Simplified Chinese",
    "zh-hant": "Traditional Chinese",
    "zh-hk": "Traditional Chinese",
    "zh-tw": "Traditional Chinese",
}


def language_name(code: str) -> str:
    """Return the English name for a code such as "en-US", empty when the code is not known.

    The code comes from the request, so nothing of an unknown one is ever passed on into a prompt.
    """
    tag = _tag(code)
    return _NAMES.get(tag) or _NAMES.get(tag.partition("-")[0], "")


def best_language(wanted: str, offered: Iterable[str]) -> str | None:
    """Return the offered code that fits best: the same tag, the bare language, then any region of it; else None."""
    codes = {_tag(code): code for code in offered}
    tag = _tag(wanted)
    primary = tag.partition("-")[0]
    regional = (code for code in codes if code.partition("-")[0] == primary)
    found = next((code for code in (tag, primary) if code in codes), None) or next(regional, None)
    return codes[found] if found is not None else None


def _tag(code: str) -> str:
    return code.strip().lower().replace("_", "-")
