// Written by ops/goldens/pillow_resize.py with Pillow 10.4.0; do not edit.

/// What Pillow makes of a picture by formula.
struct PillowGolden: Sendable {
    let source: [Int]
    let input: [Int]
    let resizeTest: Double
    let cropHeight: Double
    let resize: UInt64
    let resized: [Int]
    let crop: [Int]
    let sha256: String

    static let all: [PillowGolden] = [
        PillowGolden(
            source: [1600, 900],
            input: [704, 256],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fdc28f5c28f5c29,
            resized: [704, 396],
            crop: [0, 140],
            sha256: "49dc15c43ce05c3ffd77532b255a1bb4d3161fa0f800994c96378648eedf01fa"
        ),
        PillowGolden(
            source: [400, 225],
            input: [176, 64],
            resizeTest: 0.04,
            cropHeight: 0.0,
            resize: 0x3fdeb851eb851eb8,
            resized: [192, 108],
            crop: [8, 44],
            sha256: "283d71aec3843a3d621484dedb62c1004fa7666b2cd27fd33c3665d1a7d5cfb6"
        ),
        PillowGolden(
            source: [400, 225],
            input: [176, 64],
            resizeTest: -0.06,
            cropHeight: 0.0,
            resize: 0x3fd851eb851eb852,
            resized: [152, 85],
            crop: [0, 21],
            sha256: "d3800862eb4bfd8bbef1ac3b437f4eeea5711ef7c4f30e6af5904f1a65e22e23"
        ),
        PillowGolden(
            source: [480, 320],
            input: [176, 64],
            resizeTest: 0.0,
            cropHeight: 0.1,
            resize: 0x3fd7777777777777,
            resized: [176, 117],
            crop: [0, 41],
            sha256: "8d711f9740e90d25cb097f4dc8ff29e2e480b660ed1d6f3f6fbff9a67d244d3f"
        ),
        PillowGolden(
            source: [480, 221],
            input: [176, 64],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fd7777777777777,
            resized: [176, 81],
            crop: [0, 17],
            sha256: "298af5a4c2209bf7d5653f13a963460a131a2adcb76ca32683930371a99cc24b"
        ),
        PillowGolden(
            source: [306, 92],
            input: [176, 64],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fe267bd1267bd12,
            resized: [176, 52],
            crop: [0, -12],
            sha256: "2778f434a4db6c4a16b91de9bbe1116b4e6706da8820b376ef220e7cc68fd09b"
        ),
        PillowGolden(
            source: [160, 120],
            input: [176, 64],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3ff199999999999a,
            resized: [176, 132],
            crop: [0, 68],
            sha256: "20dc648b75c8027800fcbb76c77feac274f5eda81fb78dbd5291dbbe02c6f43c"
        ),
        PillowGolden(
            source: [176, 64],
            input: [176, 64],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3ff0000000000000,
            resized: [176, 64],
            crop: [0, 0],
            sha256: "a1b85e4029c67c5d52b2d37e5ee1ff5246bf49cd4030e9e60babc3ad6acc0971"
        ),
        PillowGolden(
            source: [176, 99],
            input: [176, 64],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3ff0000000000000,
            resized: [176, 99],
            crop: [0, 35],
            sha256: "dfa22e64efb72f226dea3ee809932f0da1e8b7692adec1b1c1397d0deb2d8ebc"
        ),
        PillowGolden(
            source: [1923, 11],
            input: [211, 3],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fbc16e5c6393e70,
            resized: [211, 1],
            crop: [0, -2],
            sha256: "537fd84e3cdf1b73459cec2765525e591a8a33d209e1b4bd0a24a9cf56925970"
        ),
        PillowGolden(
            source: [97, 61],
            input: [44, 16],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fdd07eae2f8151d,
            resized: [44, 27],
            crop: [0, 11],
            sha256: "06a38406ff55ee4b3409f855cd0af6900a1f6355fa6c5e9400c7fe54c83c7bec"
        ),
        PillowGolden(
            source: [44, 16],
            input: [97, 61],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x4001a2e8ba2e8ba3,
            resized: [97, 35],
            crop: [0, -26],
            sha256: "bdb68be1a1b415144d38fa96f6602185427fdcd6b602281a983d75d4072a00d4"
        ),
        PillowGolden(
            source: [33, 7],
            input: [64, 48],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fff07c1f07c1f08,
            resized: [64, 13],
            crop: [0, -35],
            sha256: "5ca7e83858a5b972937af2f00d10be70db4f3cbc671c3e5edc51ec367c697822"
        ),
        PillowGolden(
            source: [1, 1],
            input: [5, 3],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x4014000000000000,
            resized: [5, 5],
            crop: [0, 2],
            sha256: "2dae915cc6b9bf7dfb82a0708509fd4aa041587da2ae22941ea39f58b3b75a1c"
        ),
        PillowGolden(
            source: [2, 3],
            input: [7, 7],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x400c000000000000,
            resized: [7, 10],
            crop: [0, 3],
            sha256: "d31ba7fbb37de24ec63223a73fef60f7295227805ee1f6752b4fb2ce18b6d757"
        ),
        PillowGolden(
            source: [3, 200],
            input: [2, 50],
            resizeTest: 0.0,
            cropHeight: 0.5,
            resize: 0x3fe5555555555555,
            resized: [2, 133],
            crop: [0, 16],
            sha256: "29d42a01b71a1b73a27f3f4ba41a59024d001fa3015e0f2d11432e037e87dfd5"
        ),
        PillowGolden(
            source: [49, 49],
            input: [7, 5],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fc2492492492492,
            resized: [7, 7],
            crop: [0, 2],
            sha256: "1f77d30c4d7ac4db18612aeeff35309fe06693b304cfdf1aa1663ebcd6eb8fe4"
        ),
        PillowGolden(
            source: [1001, 77],
            input: [13, 1],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3f8a98ef606a63be,
            resized: [13, 1],
            crop: [0, 0],
            sha256: "cb4e6e9ca59df87d39955c4e3728e1d4162e63b01d42618813422bc2b30a19ac"
        ),
        PillowGolden(
            source: [250, 166],
            input: [50, 30],
            resizeTest: 0.3,
            cropHeight: 0.25,
            resize: 0x3fe0000000000000,
            resized: [125, 83],
            crop: [37, 32],
            sha256: "d1c7d6ec4f1cdf8aff3277f74a0b5e0d6b5132eae78d918484ebd72254968bb9"
        ),
        PillowGolden(
            source: [107, 107],
            input: [49, 20],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fdd4ef40991f1a5,
            resized: [49, 49],
            crop: [0, 29],
            sha256: "d2be0f2d7a909e2d75f1354fcc8dcd6c59f6aa8937f00406241fe2907cf658ca"
        ),
        PillowGolden(
            source: [16, 9],
            input: [176, 64],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x4026000000000000,
            resized: [176, 99],
            crop: [0, 35],
            sha256: "e9e8f299f49efb6c8632c1a273fe6653529920dabbf6cf922f08b21363ae498b"
        ),
    ]
}
