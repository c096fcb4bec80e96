#!/usr/bin/env python3
"""Write Tests/PreprocessingTests/PillowGoldens.swift: what Pillow makes of pictures by formula.

    pip install pillow==10.4.0 numpy
    ops/goldens/pillow_resize.py > Tests/PreprocessingTests/PillowGoldens.swift

Each case follows the published test-time pipeline (sample_augmentation and img_transform_core): resize (bicubic), crop,
SHA-256 of the RGB bytes. The picture is `picture(width, height)` below, the same in the test.

Pillow 9.5, 10.4, 11.3 and 12.0 give the same digests. Pillow 13.0 gives another one for the 3 x 200 picture only: it swaps the
two passes of very narrow pictures. The published code is older than that.
"""
import hashlib

import numpy as np
import PIL
from PIL import Image

# source width, source height, input width, input height, resize_test, mean of crop_h
CASES = (
    (1600, 900, 704, 256, 0.0, 0.0),
    (400, 225, 176, 64, 0.04, 0.0),
    (400, 225, 176, 64, -0.06, 0.0),
    (480, 320, 176, 64, 0.0, 0.1),
    (480, 221, 176, 64, 0.0, 0.0),
    (306, 92, 176, 64, 0.0, 0.0),
    (160, 120, 176, 64, 0.0, 0.0),
    (176, 64, 176, 64, 0.0, 0.0),
    (176, 99, 176, 64, 0.0, 0.0),
    (1923, 11, 211, 3, 0.0, 0.0),
    (97, 61, 44, 16, 0.0, 0.0),
    (44, 16, 97, 61, 0.0, 0.0),
    (33, 7, 64, 48, 0.0, 0.0),
    (1, 1, 5, 3, 0.0, 0.0),
    (2, 3, 7, 7, 0.0, 0.0),
    (3, 200, 2, 50, 0.0, 0.5),
    (49, 49, 7, 5, 0.0, 0.0),
    (1001, 77, 13, 1, 0.0, 0.0),
    (250, 166, 50, 30, 0.3, 0.25),
    (107, 107, 49, 20, 0.0, 0.0),
    (16, 9, 176, 64, 0.0, 0.0),
)


def picture(width, height):
    """Noise with flat black and white patches, so that overshoot meets both ends of the range."""
    x = np.arange(width, dtype=np.uint32)[None, :, None]
    y = np.arange(height, dtype=np.uint32)[:, None, None]
    c = np.arange(3, dtype=np.uint32)[None, None, :]
    z = (x * np.uint32(73856093)) ^ (y * np.uint32(19349663)) ^ (c * np.uint32(83492791))
    z = (z ^ (z >> np.uint32(15))) * np.uint32(2654435761)
    z = z ^ (z >> np.uint32(13))
    noise = (z >> np.uint32(8)) & np.uint32(255)
    patch = ((x // 5 + y // 7 + c) % 4) + np.zeros_like(noise)
    return np.where(patch == 0, 0, np.where(patch == 1, 255, noise)).astype(np.uint8)


def geometry(width, height, input_width, input_height, resize_test, crop_height):
    resize = float(input_width) / float(width)
    resize += resize_test
    size = (int(width * resize), int(height * resize))
    top = int((1 - np.mean((crop_height, crop_height))) * size[1]) - input_height
    left = int(max(0, size[0] - input_width) / 2)
    return resize, size, left, top


def main():
    print(f"// Written by ops/goldens/pillow_resize.py with Pillow {PIL.__version__}; do not edit.")
    print()
    print("/// What Pillow makes of a picture by formula.")
    print("struct PillowGolden: Sendable {")
    print("    let source: [Int]")
    print("    let input: [Int]")
    print("    let resizeTest: Double")
    print("    let cropHeight: Double")
    print("    let resize: UInt64")
    print("    let resized: [Int]")
    print("    let crop: [Int]")
    print("    let sha256: String")
    print()
    print("    static let all: [PillowGolden] = [")
    for case in CASES:
        width, height, input_width, input_height, resize_test, crop_height = case
        resize, size, left, top = geometry(*case)
        image = Image.fromarray(picture(width, height)).resize(size)
        image = image.crop((left, top, left + input_width, top + input_height))
        digest = hashlib.sha256(np.array(image).tobytes()).hexdigest()
        bits = int(np.float64(resize).view(np.uint64))
        print(f"        PillowGolden(")
        print(f"            source: [{width}, {height}], input: [{input_width}, {input_height}],")
        print(f"            resizeTest: {resize_test}, cropHeight: {crop_height}, resize: 0x{bits:016x},")
        print(f"            resized: [{size[0]}, {size[1]}], crop: [{left}, {top}],")
        print(f'            sha256: "{digest}"),')
    print("    ]")
    print("}")


if __name__ == "__main__":
    main()
