"""HTML pages that need nothing else: one file each, in light and dark, readable on a phone and on paper.

A template lies beside the code that fills it and extends page.html, which has the head and the style of all.
"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

STYLE = Path(__file__).with_name("style.css")


def render(template: Path, **values: object) -> str:
    """Return the page that a template makes of values, everything in them escaped."""
    environment = Environment(
        loader=FileSystemLoader([template.parent, STYLE.parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template.name).render(values)
