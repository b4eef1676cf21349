"""A page's pictures as files for slides, each with its title and alternative text."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rm_research.findings.pictures import Picture

MADE_BY = {"Software": "rm_research"}


def picture_file(picture: "Picture") -> bytes:
    """PNG of a picture, with its title and description stored in the file."""
    from rm_research.findings.pictures import slide  # here: `is_ours` needs nothing that draws

    words = {"Title": picture.title, "Description": picture.alt}
    return slide(picture, metadata=MADE_BY | {keyword: text.replace("\0", "") for keyword, text in words.items()})


def is_ours(path: Path) -> bool:
    """Whether a file is a picture that was made here."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=["PNG"]) as image:
            return image.info.items() >= MADE_BY.items()
    except (UnidentifiedImageError, ValueError):  # the second if its texts are too large once unpacked
        return False
