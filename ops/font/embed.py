#!/usr/bin/env python3
"""Makes Sources/EmbeddedFont: the part of DejaVu Sans that pictures write with, as a C array, and the font's licence beside it.

    pip install fonttools
    ops/font/embed.py [/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf]

The font is that of Debian's fonts-dejavu-core. ASCII, Latin-1 and a few signs are kept; hints and kerning are left out.
"""
import io
import pathlib
import sys

from fontTools import subset, ttLib

source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
licence = pathlib.Path("/usr/share/doc/fonts-dejavu-core/copyright")
target = pathlib.Path(__file__).resolve().parents[2] / "Sources/EmbeddedFont"

options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 5, 13], notdef_outline=True)
options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "FFTM"]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=[*range(0x20, 0x7F), *range(0xA1, 0x100), *map(ord, "–…≤≥→")])
font = ttLib.TTFont(source, recalcTimestamp=False)
subsetter.subset(font)
out = io.BytesIO()
font.save(out)
data = out.getvalue()

lines, line = [], ""
for byte in data:
    if len(line) > 134:
        lines.append(line)
        line = ""
    line += f"{byte},"
text = "\n".join(lines + [line])
(target / "EmbeddedFont.c").write_text(
    f"""// DejaVu Sans, a part of it: made by ops/font/embed.py. Licence: LICENSE in this folder.
#include "EmbeddedFont.h"

static const unsigned char font[] = {{
{text}
}};

const unsigned char *occ_font(long *bytes) {{
    *bytes = sizeof font;
    return font;
}}
"""
)
(target / "LICENSE").write_text(licence.read_text().split("\nFiles: debian/")[0] + "\n")
print(f"{len(data)} bytes of font, {(target / 'EmbeddedFont.c').stat().st_size} bytes of C")
