"""Rows as an Office Open XML workbook (.xlsx) of one sheet: numbers stay numbers, and no text is ever calculated."""

import io
import math
import zipfile
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

from aiohttp import web

_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_MAIN: Final = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_RELATION}">'
    '<sheets><sheet name="report" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> web.Response:
    """`name`: of the file; ours, never from outside."""
    return web.Response(
        body=workbook([head, *rows]),
        content_type=f"{_TYPE}.sheet",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def workbook(rows: Iterable[Sequence[object]]) -> bytes:
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    parts = _PARTS | {"xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData>{cells}</sheetData></worksheet>"}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for path, xml in parts.items():
            package.writestr(path, (_HEAD + xml).encode())
    return file.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return f"<c><v>{value!r}</v></c>"
    text = "".join(char if char.isprintable() else " " for char in str(value))  # XML knows few control characters
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
