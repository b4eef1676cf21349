"""Outcomes on a page with answers whose coding is in doubt."""

from rm_research.findings.context import Context


def doubt_sentences(context: Context) -> list[str]:
    """What is in doubt, and of which outcomes: nobody may read a result without it."""
    doubts = _doubts(context)
    return [
        context.words.say(f"headline.doubt_{doubt}", scales=context.words.listed(titles)) for doubt, titles in doubts
    ]


def doubted(context: Context) -> list[str]:
    """Titles of all outcomes in doubt, each once."""
    return list(dict.fromkeys(title for _, titles in _doubts(context) for title in titles))


def scales_in_doubt(context: Context) -> set[str]:
    """Scales of the study whose answers may be coded wrongly."""
    table = context.disclosed.tables.get("doubts")
    return set() if table is None else set(table["scale"])


def _doubts(context: Context) -> list[tuple[str, list[str]]]:
    """Each doubt with the titles of the outcomes on the page that it is about."""
    table, on_page = context.disclosed.tables.get("doubts"), context.shown_scales
    if table is None:
        return []
    found = [
        (str(doubt), [scale.title for scale in context.study.scales if scale.name in {*scales} & on_page])
        for doubt, scales in table.groupby("doubt")["scale"]
    ]
    return [(doubt, titles) for doubt, titles in found if titles]
