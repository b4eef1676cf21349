"""A table of an article: its cells as text, and the forms in which it is handed in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from rm_research.errors import ReportError

if TYPE_CHECKING:
    from great_tables import GT

NAME = "rm-table"  # of the element, so that the same table gives the same HTML
GROUP = "group"  # column of a frame with headings of groups of rows
SIGNS = {  # that LaTeX may not know as letters; the last is a narrow blank
    "−": "$-$", "–": "--", "≥": r"$\geq$", "≤": r"$\leq$", "∞": r"$\infty$", "\u202f": r"\,",
}  # fmt: skip
SIZE = re.compile(r"\\fontsize\{[^}]*\}\{[^}]*\}\\selectfont")
SMALLER = r"\footnotesize\setlength{\tabcolsep}{3pt}"
HEAD = re.compile(r"(\\toprule\n)(.*?)( \\\\ \n)")
SHORT = 9  # letters of a heading that stays in one line
RULE = "#3D3D3D"
# lines above and below the head and at the end, as in most journals, and no other
LINES: Mapping[str, Any] = {
    "table_border_top_style": "none", "table_border_bottom_style": "none", "heading_border_bottom_style": "solid",
    "heading_border_bottom_color": RULE, "column_labels_border_top_style": "solid",
    "column_labels_border_top_color": RULE, "column_labels_border_bottom_style": "solid",
    "column_labels_border_bottom_color": RULE, "table_body_hlines_style": "none",
    "table_body_border_bottom_style": "solid", "table_body_border_bottom_color": RULE, "heading_align": "left",
    "row_group_border_top_style": "none", "row_group_border_bottom_style": "none", "data_row_padding": "3px",
    "row_group_padding": "3px",
}  # fmt: skip


def _stacked_head(head: "re.Match[str]") -> str:
    """The head of a table in LaTeX with long headings in two lines of nearly one length."""
    return f"{head[1]}{' & '.join(map(_stacked, head[2].split(' & ')))}{head[3]}"


def _stacked(heading: str) -> str:
    breaks = [at for at, sign in enumerate(heading) if sign == " "]
    if len(heading) <= SHORT or not breaks:
        return heading
    at = min(breaks, key=lambda at: max(at, len(heading) - at))
    # brackets right after a break would be taken for its height
    return rf"\shortstack{{{heading[:at]}\\{{}}{heading[at + 1 :]}}}"


@dataclass(frozen=True, eq=False, repr=False)
class PaperTable:
    """
    A table of an article.

    Attributes
    ----------
    title : str
    columns : tuple of str
        Headings; the first is that of the rows.
    rows : tuple of tuple of str
        Cells as they are printed, each row with its heading first; empty where there is nothing to say.
    groups : tuple of str
        Heading of the group of each row; empty for a table without groups.
    notes : tuple of str
        Sentences below the table.
    numbers : DataFrame
        The same rows as numbers, at full precision.

    Examples
    --------
    >>> table = rm.table_change(prepared, role="leader", scale="inclusion")
    >>> table.columns
    ('Group', 'n', 'Before, mean (SD)', 'After, mean (SD)', 'Change [95% CI]', 't (df)', 'p', 'p of the verdict')
    >>> table.title
    'Outcomes before and after, and their change: Reverse mentoring, Northgate Council'
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    numbers: pd.DataFrame = field(default_factory=pd.DataFrame)

    def to_frame(self) -> pd.DataFrame:
        """
        Return the cells as text, under their headings; the column `group` has the headings of groups.

        Examples
        --------
        >>> rm.table_change(prepared, role="leader", scale="inclusion").to_frame()["n"].tolist()
        ['110', '74']
        """
        frame = pd.DataFrame(self.rows, columns=list(self.columns), dtype="str")
        if self.groups:
            frame.insert(0, GROUP, list(self.groups))
        return frame

    @property
    def gt(self) -> "GT":
        """The table as one of great_tables, for further changes to its look."""
        from great_tables import GT  # it takes a while, and only few tables are printed

        names = self._names
        frame = pd.DataFrame(self.rows, columns=names, dtype="str")
        if self.groups:
            frame[GROUP] = list(self.groups)
        made = GT(frame, groupname_col=GROUP if self.groups else None, id=NAME)
        made = made.cols_label(dict(zip(names, self.columns, strict=True))).cols_align("left", columns=names[:1])
        made = made.cols_align("center", columns=names[1:]).tab_options(**LINES)
        made = made.tab_header(title=self.title) if self.title else made
        for note in self.notes:
            made = made.tab_source_note(note)
        return made

    @property
    def _names(self) -> list[str]:
        """Names of columns, as two may have the same heading."""
        return [f"c{place}" for place in range(len(self.columns))]

    def to_html(self) -> str:
        """
        Return the table as HTML with its style, escaped.

        Examples
        --------
        >>> html = rm.table_change(prepared, scale="inclusion").to_html()
        >>> html.count("<table")
        1
        """
        from great_tables import loc, style

        # LaTeX knows no styles of cells
        whole = self.gt.tab_style(style.css("white-space: nowrap"), loc.body(columns=self._names[1:]))
        return str(whole.as_raw_html())

    def to_latex(self) -> str:
        r"""
        Return the table as LaTeX; it needs the packages booktabs and caption.

        Letters are those of footnotes, and long headings have two lines. So nine columns usually fit on a page of A4
        with margins of 2.5 cm.

        Examples
        --------
        >>> latex = rm.table_change(prepared, scale="inclusion").to_latex()
        >>> latex.splitlines()[0]
        '\\begin{table}[!t]'
        """
        text = SIZE.sub(lambda _: SMALLER, str(self.gt.as_latex()), count=1)
        for sign, written in SIGNS.items():
            text = text.replace(sign, written)
        return HEAD.sub(_stacked_head, text, count=1)

    def to_word(self, path: str | Path) -> Path:
        """
        Write the table as a Word document.

        Parameters
        ----------
        path : str or Path
            Of the .docx file, which is replaced.

        Returns
        -------
        Path

        Raises
        ------
        ReportError
            When the name does not end in .docx, or there is no such folder.

        Examples
        --------
        >>> rm.table_change(prepared, scale="inclusion").to_word("table-2.docx").name
        'table-2.docx'
        """
        from rm_research.paper.word import write_word  # it loads python-docx

        target = Path(path)
        if target.suffix != ".docx":
            raise ReportError(f"A Word document ends in .docx: name it {target.with_suffix('.docx').name}.")
        if not target.parent.is_dir():
            raise ReportError(f"There is no folder {target.parent}. Make it first, or name another file.")
        return write_word(self, target)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return "\n".join(filter(None, [self.title, self.to_frame().to_string(index=False), *self.notes]))

    def _repr_html_(self) -> str:
        return self.to_html()
