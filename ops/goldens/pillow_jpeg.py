#!/usr/bin/env python3
"""Write Tests/ImageFilesTests/PillowJPEGs.swift: small JPEG files and what Pillow decodes them to.

    pip install pillow==10.4.0 numpy
    ops/goldens/pillow_jpeg.py > Tests/ImageFilesTests/PillowJPEGs.swift
"""
import hashlib
import io

import numpy as np
import PIL
from PIL import Image


def picture(width, height):
    x = np.arange(width)[None, :]
    y = np.arange(height)[:, None]
    return np.stack([(x * 17 + y * 5) % 256, (x * x + y * 40) % 256, (x * 3 + y * y * 7) % 256], 2).astype(np.uint8)


def encoded(image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def array(name, comment, data):
    print(f"    /// {comment}")
    print(f"    static let {name}: [UInt8] = [")
    for start in range(0, len(data), 20):
        print("        " + ", ".join(str(byte) for byte in data[start : start + 20]) + ",")
    print("    ]")


def main():
    print(f"// Written by ops/goldens/pillow_jpeg.py with Pillow {PIL.__version__}; do not edit.")
    print()
    print("/// Small JPEG files made by Pillow.")
    print("enum PillowJPEGs {")
    array("grey", "Mode L, 8 x 8.", encoded(Image.new("L", (8, 8), 100), quality=50, optimize=True))
    array("cmyk", "Mode CMYK, 8 x 8.", encoded(Image.new("CMYK", (8, 8), (1, 2, 3, 4)), quality=50, optimize=True))
    digests = []
    for name, size, options in (
        ("quarter", (37, 21), {"subsampling": "4:2:0"}),
        ("half", (35, 18), {"subsampling": "4:2:2"}),
        ("full", (19, 23), {"subsampling": "4:4:4"}),
        ("progressive", (40, 33), {"subsampling": "4:2:0", "progressive": True}),
    ):
        data = encoded(Image.fromarray(picture(*size)), quality=75, optimize=True, **options)
        array(name, f"{size[0]} x {size[1]}, {options}.", data)
        decoded = np.array(Image.open(io.BytesIO(data)))
        digests.append((name, size, hashlib.sha256(decoded.tobytes()).hexdigest()))
    print("    /// Files, and the SHA-256 digests of the RGB bytes that Pillow decodes them to.")
    print("    static let decoded: [(file: [UInt8], width: Int, height: Int, sha256: String)] = [")
    for name, size, digest in digests:
        print(f'        ({name}, {size[0]}, {size[1]}, "{digest}"),')
    print("    ]")
    print("}")


if __name__ == "__main__":
    main()
