"""What a chart draws, read from its SVG: shapes, colours, the axis of estimates and the lines above it."""

import re

from report_pages import NUMBER, SHOWN_BY, number, read_csv, text_of

PALETTE = {"#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1"}
PAPER = {"#ffffff", "#fff", "white"}
COLOUR = re.compile(r"(?:fill|stroke): ?(#[0-9a-fA-F]{3,6}|[a-z]+)")
CHANGEABLE = re.compile(r"var\(--chart-\w+, (#\w+)\)")  # a page may replace it


def luminance(colour):
    """Relative luminance of a colour, after WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second="#ffffff"):
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def style_of(tag):
    """Style of a shape, in its own colours."""
    return CHANGEABLE.sub(r"\1", tag.get("style", ""))


def shapes(figure):
    """Every drawn shape with its fill, its stroke and its outline without position."""
    for shape in figure.svg.find_all(["path", "rect", "circle", "use"]):
        style = style_of(shape)
        if style and shape.find_parent("defs") is None:
            fill = re.search(r"fill: ?(#\w+)", style)
            stroke = re.search(r"stroke: ?(#\w+)", style)
            yield shape, fill and fill[1].lower(), stroke and stroke[1].lower()


def form(shape):
    """Points of a mark's path, seen from its first: the same for all marks of one form."""
    path = shape.find_parent("svg").find(id=shape["xlink:href"].removeprefix("#"))
    points = [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)(?=\s*[A-Zz])", path["d"])]
    return tuple((round(x - points[0][0]), round(y - points[0][1])) for x, y in points)


def colours(figure):
    found = {colour.lower() for tag in figure.svg.find_all(True) for colour in COLOUR.findall(style_of(tag))}
    return found - {"none", "context"}


def marks(figure):
    """Filled marks with their colour: dots, and arrows where an interval goes on."""
    return [(shape, fill) for shape, fill, _ in shapes(figure) if shape.name == "use" and fill in PALETTE]


def intervals(chart):
    """Ends of all intervals that files of the page, or tables.csv for a further cohort, give."""
    rows = [row for _, rows in chart.numbers_beside for row in rows if row.get("ci_low")]
    ends = {}
    for row in read_csv((chart.page.out / "tables.csv").read_text(encoding="utf-8")):
        if row["quantity"] in ("prediction_low", "prediction_high"):
            ends.setdefault(row["row"], {})[row["quantity"]] = row["value"]
    further = [(one["prediction_low"], one["prediction_high"]) for one in ends.values() if len(one) == 2]
    return [(row["ci_low"], row["ci_high"]) for row in rows] + further


def axis_of_estimates(chart):
    """Height of the highest axis that runs from left to right, and where on it which number stands."""
    rows = {}
    for text in chart.svg.find_all("text"):
        if NUMBER.fullmatch(text_of(text)) and "middle" in text.get("style", ""):
            rows.setdefault(float(text["y"]), []).append((float(text["x"]), number(text_of(text))))
    height = min(y for y, ticks in rows.items() if len(ticks) > 1)
    return height, sorted(rows[height])


def level_lines(chart):
    """Ends and height of each interval's line: level strokes in a colour of the palette, without axes."""
    stretch = re.compile(r"M ([\d.-]+) ([\d.-]+)\s+L ([\d.-]+) ([\d.-]+)(?=\s*(?:M|$))")
    for shape, _, stroke in shapes(chart):
        for left, y, right, end in stretch.findall(shape.get("d", "") if stroke in PALETTE else ""):
            if y == end:
                yield float(left), float(right), float(y)


def within(ends, exact, slack):
    return all(abs(end - float(value)) <= slack + SHOWN_BY for end, value in zip(ends, exact, strict=True))
