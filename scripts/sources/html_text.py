"""Words that were written in a web form, as a reader saw them."""

import html
import re

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig

_BLOCKS = (
    r"address|article|aside|blockquote|br|center|dd|div|dl|dt|footer|form|"
    r"h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINE = r"a|abbr|b|big|cite|code|del|em|font|i|img|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u|wbr"
_OTHERS = r"body|head|html|link|meta|script|style|title"
_TAG = re.compile(rf"<!--|<!doctype|</?(?:{_BLOCKS}|{_INLINE}|{_OTHERS})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?=[\s/>])", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!!--|!doctype|/?(?:{_BLOCKS}|{_INLINE}|{_OTHERS})[\s/>])", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31}\d{0,2});", re.IGNORECASE)

_PLAIN = ParserConfig(css=CSS_PROFILES["strict"])


def has_html(text: str) -> bool:
    """Tell whether there are tags or entities that HTML knows; "<3" and "a < b" are neither."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def read_html(text: str) -> str:
    """Return the text without tags: paragraphs and list items on lines of their own, links by their words only.

    Line breaks of the raw text are kept where it marks no paragraphs itself. Scripts and styles are left out.
    Text without HTML comes back as it is.
    """
    if not has_html(text):
        return text
    if not _TAG.search(text):
        return html.unescape(text)
    raw = _NO_TAG.sub("&lt;", text)
    shown = get_text(raw if _BLOCK.search(raw) else raw.replace("\n", "<br>"), _PLAIN)
    if not shown.strip():  # lxml gives up where tags are nested hundreds deep
        shown = html.unescape(_TAG.sub(" ", text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", shown)).strip()
