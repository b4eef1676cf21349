"""Workbooks written for tests: .xlsx with a library; .ods, .xls and .xlsb byte by byte, as their formats require."""

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

import openpyxl

Sheets = Mapping[str, Sequence[Sequence[object]]]
DAY_FORMAT, MOMENT_FORMAT = 14, 22  # built-in formats of numbers
ODS = "application/vnd.oasis.opendocument.spreadsheet"
SECTOR, FREE, END, FAT_SECTOR = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xlsx(sheets: Sheets) -> bytes:
    """Bytes of an .xlsx workbook, from the rows of its sheets by name."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def ods(sheets: Sheets) -> bytes:
    """Bytes of an .ods spreadsheet."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/></manifest:manifest>'
    )
    return zipped({"mimetype": ODS, "content.xml": content, "META-INF/manifest.xml": manifest})


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Bytes of a ZIP archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _ods_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind, key, written = "string", "", ""
    match value:
        case bool():
            kind, key, written = "boolean", "boolean-value", str(value).lower()
        case int() | float():
            kind, key, written = "float", "value", repr(value)
        case dt.date():
            kind, key, written = "date", "date-value", value.isoformat()
    attribute = f' office:{key}="{written}"' if key else ""
    text = escape(str(value))
    return f'<table:table-cell office:value-type="{kind}"{attribute}><text:p>{text}</text:p></table:table-cell>'


def _serial(value: dt.date, from_1904: bool) -> float:
    start = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    return (moment - start) / dt.timedelta(days=1)


def xls(sheets: Sheets, *, from_1904: bool = False) -> bytes:
    """Bytes of an .xls workbook of Excel 97: records in a stream, the stream in sectors."""
    globals_ = _record(0x809, struct.pack("<4H2I", 0x600, 5, 0, 0, 0, 0)) + _record(0x22, struct.pack("<H", from_1904))
    globals_ += b"".join(_record(0xE0, struct.pack("<2H16x", 0, number)) for number in (0, DAY_FORMAT, MOMENT_FORMAT))
    parts = [b"".join(_xls_sheet(rows, from_1904)) for rows in sheets.values()]
    names = [struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in sheets]
    start = len(globals_) + sum(len(name) + 10 for name in names) + 4
    for name, part in zip(names, parts, strict=True):
        globals_ += _record(0x85, struct.pack("<IH", start, 0) + name)
        start += len(part)
    return _compound(globals_ + _record(0x0A, b"") + b"".join(parts))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<2H", kind, len(content)) + content


def _xls_sheet(rows: Sequence[Sequence[object]], from_1904: bool) -> Iterator[bytes]:
    yield _record(0x809, struct.pack("<4H2I", 0x600, 0x10, 0, 0, 0, 0))
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<2H", at, column)
            match value:
                case bool():
                    yield _record(0x205, place + struct.pack("<HBB", 0, value, 0))
                case int() | float():
                    yield _record(0x203, place + struct.pack("<Hd", 0, value))
                case dt.date():
                    form = 2 if isinstance(value, dt.datetime) else 1
                    yield _record(0x203, place + struct.pack("<Hd", form, _serial(value, from_1904)))
                case str():
                    text = value.encode("utf-16-le")
                    yield _record(0x204, place + struct.pack("<2HB", 0, len(text) // 2, 1) + text)
    yield _record(0x0A, b"")


def _compound(stream: bytes) -> bytes:
    """Put a stream into a compound file with one directory and one table of sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    sectors = len(stream) // SECTOR
    assert sectors < SECTOR // 4 - 2
    table = [*range(1, sectors), END, END, FAT_SECTOR]
    fat = struct.pack(f"<{SECTOR // 4}I", *table, *[FREE] * (SECTOR // 4 - len(table)))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + struct.pack(
        "<16x5H6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, sectors, 0, 4096, END, 0, END, 0
    )
    header += struct.pack("<109I", sectors + 1, *[FREE] * 108)
    directory = _entry("Root Entry", 5, END, 0, child=1) + _entry("Workbook", 2, 0, len(stream))
    return header + stream + directory.ljust(SECTOR, b"\0") + fat


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    return written.ljust(64, b"\0") + struct.pack("<HBB3I36xIQ", len(written), kind, 1, FREE, FREE, child, start, size)


def xlsb(sheets: Sheets, *, from_1904: bool = False) -> bytes:
    """Bytes of an .xlsb workbook."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{kinds}/worksheet" Target="worksheets/sheet{n}.bin"/>'
        for n in range(1, len(sheets) + 1)
    )
    head = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    book = _part(131) + _part(153, struct.pack("<3I", from_1904, 0, 0)) + _part(143)
    for number, name in enumerate(sheets, start=1):
        book += _part(156, struct.pack("<2I", 0, number) + _wide(f"rId{number}") + _wide(name))
    forms = b"".join(_part(47, struct.pack("<2H12x", 0, form)) for form in (0, DAY_FORMAT, MOMENT_FORMAT))
    styles = _part(278) + _part(617, struct.pack("<I", 3)) + forms + _part(618) + _part(279)
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'{head}<Relationship Id="r" Type="{kinds}/officeDocument" Target="xl/workbook.bin"/>'
                       "</Relationships>",
        "xl/workbook.bin": book + _part(144) + _part(132),
        "xl/_rels/workbook.bin.rels": f"{head}{links}</Relationships>",
        "xl/styles.bin": styles,
    }  # fmt: skip
    for number, rows in enumerate(sheets.values(), start=1):
        files[f"xl/worksheets/sheet{number}.bin"] = b"".join(_xlsb_sheet(rows, from_1904))
    return zipped(files)


def _part(kind: int, content: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(content)
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return number + length + content


def _wide(text: str) -> bytes:
    written = text.encode("utf-16-le")
    return struct.pack("<I", len(written) // 2) + written


def _xlsb_sheet(rows: Sequence[Sequence[object]], from_1904: bool) -> Iterator[bytes]:
    width = max(map(len, rows), default=1)
    yield _part(129) + _part(148, struct.pack("<4I", 0, max(len(rows) - 1, 0), 0, width - 1)) + _part(145)
    for at, row in enumerate(rows):
        yield _part(0, struct.pack("<2IHB2xI", at, 0, 0, 0, 0))
        for column, value in enumerate(row):
            match value:
                case bool():
                    yield _part(4, struct.pack("<2IB", column, 0, value))
                case int() | float():
                    yield _part(5, struct.pack("<2Id", column, 0, value))
                case dt.date():
                    form = 2 if isinstance(value, dt.datetime) else 1
                    yield _part(5, struct.pack("<2Id", column, form, _serial(value, from_1904)))
                case str():
                    yield _part(6, struct.pack("<2I", column, 0) + _wide(value))
    yield _part(146) + _part(130)
