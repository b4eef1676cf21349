"""Whether the themes of a study can be told apart in coding sheets, and their keywords be found."""

import re
from collections.abc import Iterator

from rm_research.study.entries import tidy_text
from rm_research.study.model import Study

COLUMNS_OF_SHEETS = {"unit", "version", "question", "text", "none"}  # of coding sheets, beside themes
KEYWORD = re.compile(r"[^\W_]+(?:[ '’-][^\W_]+)*\*?")


def check_themes(study: Study) -> Iterator[str]:
    """Find what is wrong with themes, one sentence each."""
    seen = dict[str, str]()
    if study.themes and not study.text_items:
        yield "themes: codebook.csv has no item of kind text, whose answers could be about them; add one"
    for theme in study.themes:
        place = f"themes.{theme.name}"
        if {tidy_text(theme.name), tidy_text(theme.title)} & COLUMNS_OF_SHEETS:
            yield f"{place}: coding sheets have a column of that name already; rename the theme"
        for name in dict.fromkeys(map(tidy_text, (theme.name, theme.title))):
            if (other := seen.setdefault(name, theme.name)) != theme.name:
                yield f"{place}: has the same name or label as themes.{other}; give it another label"
        if odd := [word for word in theme.keywords if KEYWORD.fullmatch(word) is None]:
            yield (
                f"{place}.keywords: {odd[0]!r} is not a word or words, with * for any ending at most at the end of the "
                'last; write "learn*" or "new ideas"'
            )
