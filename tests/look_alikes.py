"""Characters that people see as one, for tests of properties: text written as another program would write it."""

import html

from hypothesis import strategies as st

ARABIC, INDIC, WIDE = "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９"
WRITTEN = {
    "'": "’‘`´′ʼ‛＇", '"': "“”„«»″＂", "-": "–—‐‑−﹣－", " ": "\u00a0\u202f\u2009\u3000 ",
    "(": "（", ")": "）", ",": "，", "&": "＆", "fi": "ﬁ",
    **{str(digit): f"{ARABIC[digit]}{INDIC[digit]}{WIDE[digit]}" for digit in range(10)},
    **{chr(letter): chr(letter + 0xFEE0) for letter in (*range(65, 91), *range(97, 123))},
}  # fmt: skip
UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u061c\u202a\u202c\u2066\u2069\ufe0f"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'\"-(),&äößéñłığшд中 "


@st.composite
def written_otherwise(draw: st.DrawFn, text: str) -> str:
    """Text with look-alikes of some of its characters, with entities, and with characters that nobody sees."""
    parts = [draw(st.sampled_from(["", "", *UNSEEN]))]
    for letter in text:
        ways = [letter, *WRITTEN.get(letter, ""), f"&#{ord(letter)};", f"&#x{ord(letter):X};", html.escape(letter)]
        parts += [draw(st.sampled_from([letter, *ways])), draw(st.sampled_from(["", "", "", *UNSEEN]))]
    return "".join(parts)


labels = st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: any(map(str.isalnum, text)))
