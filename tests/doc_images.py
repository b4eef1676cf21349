"""
Write the pictures in docs/images: first screens of the demo's pages, as `make images` calls it.

They are small: a page has few colours, so 64 of them are enough.
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from rm_research.reporting.batch import run_reports

ROOT = Path(__file__).parents[1]
SHOWN = {"report.png": "cohorts/2024-spring/index.html", "programme.png": "index.html"}
SCREEN = {"width": 1280, "height": 800}
COLOURS, MOST = 64, 150_000  # of a picture: its colours, its bytes


def main() -> int:
    """Render the demo, take the pictures, and return whether one is too large."""
    with tempfile.TemporaryDirectory() as name:
        study, out = Path(name) / "demo", Path(name) / "out"
        shutil.copytree(ROOT / "data" / "demo", study, ignore=shutil.ignore_patterns(".rm_research"))
        run_reports(study, out=out, cohorts=["2024 spring"])
        taken = {file: small(picture) for file, picture in screens(out).items()}
    for file, content in taken.items():
        (ROOT / "docs" / "images" / file).write_bytes(content)
        print(f"docs/images/{file}: {len(content) // 1000} kB")
    return int(any(len(content) > MOST for content in taken.values()))


def screens(out: Path) -> dict[str, bytes]:
    """First screen of each page, by the name of its file."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport=SCREEN, color_scheme="light")
        taken = {}
        for file, place in SHOWN.items():
            page.goto((out / place).as_uri())
            taken[file] = page.screenshot()
        browser.close()
    return taken


def small(png: bytes) -> bytes:
    """PNG with few colours."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main())
