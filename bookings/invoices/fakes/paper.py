"""What the stand-in delivers: a small real PDF, an OFD package and an XML stub of an invoice."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

_HEAD = b"%PDF-1.4\n%\xe5\xe5\xe5\xe5\n"
_SAMPLE = "样票，不得用于报销 SPECIMEN, NOT VALID"


def pdf(invoice: Mapping[str, Any]) -> bytes:
    """One page with its words, in a typeface that every reader of PDF brings along for Chinese."""
    text = _page(["电子发票（普通发票）", _SAMPLE, *_lines(invoice)])
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 396]/Resources<</Font<</F 5 0 R>>>>"
        b"/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
        b"/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 7 0 R/DW 1000>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]"
        b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    ]
    return _bound(objects)


def xml(invoice: Mapping[str, Any]) -> bytes:
    """The same in elements of its own; the tax bureau's schema is not public."""
    rows = "".join(
        f"<Item name={_quoted(row['goodsName'])} rate={_quoted(row['taxRate'])}"
        f" amount={_quoted(row['untaxed'])} tax={_quoted(row['tax'])}/>"
        for row in invoice["rows"]
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<EInvoice specimen='true'"
        f" number={_quoted(invoice['serial'])} red={_quoted(invoice['reddens'])}>"
        f"<Seller taxNumber={_quoted(invoice['seller_tax'])}/>"
        f"<Buyer name={_quoted(invoice['buyer'])} taxNumber={_quoted(invoice['buyer_tax'])}/>"
        f"{rows}<Total>{escape(invoice['total'])}</Total></EInvoice>"
    ).encode()


def ofd(invoice: Mapping[str, Any]) -> bytes:
    """A package as GB/T 33190 has it, with nothing in it but its root and the XML."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "OFD.xml",
            "<?xml version='1.0' encoding='UTF-8'?>\n<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'"
            " Version='1.0' DocType='OFD'/>",
        )
        package.writestr("Doc_0/Attachs/invoice.xml", xml(invoice))
    return packed.getvalue()


def _lines(invoice: Mapping[str, Any]) -> Sequence[str]:
    red = [f"红字 红冲发票号码 {invoice['reddens']}"] if invoice["reddens"] else []
    rows = [
        f"{row['goodsName']}  {row['untaxed']}  {row['taxRate']}  {row['tax']}"
        for row in invoice["rows"]
    ]
    return [
        f"发票号码 {invoice['serial']}",
        *red,
        f"购买方 {invoice['buyer']} {invoice['buyer_tax']}",
        f"销售方 {invoice['seller_tax']}",
        *rows,
        f"价税合计 ¥{invoice['total']}",
    ]


def _page(lines: Sequence[str]) -> bytes:
    shown = [f"<{line.encode('utf-16-be', 'replace').hex()}> Tj 0 -20 Td" for line in lines]
    return "\n".join(["BT /F 11 Tf 40 350 Td", *shown, "ET"]).encode()


def _bound(objects: Sequence[bytes]) -> bytes:
    """Objects with the table of where each begins."""
    made, places = bytearray(_HEAD), []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(made)


def _quoted(text: str) -> str:
    return json.dumps(escape(text, {'"': "&quot;"}), ensure_ascii=False)
