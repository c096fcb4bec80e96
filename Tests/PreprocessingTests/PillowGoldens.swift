// Written by ops/goldens/pillow_resize.py with Pillow 13.0.0; do not edit.

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
            source: [1600, 900],
            input: [704, 256],
            resizeTest: 0.04,
            cropHeight: 0.0,
            resize: 0x3fdeb851eb851eb8,
            resized: [768, 432],
            crop: [32, 176],
            sha256: "7404ac0351e9cf636f44eed7eff56b574500e814312d914895db06a0e68b2832"
        ),
        PillowGolden(
            source: [1600, 900],
            input: [704, 256],
            resizeTest: -0.06,
            cropHeight: 0.0,
            resize: 0x3fd851eb851eb852,
            resized: [608, 342],
            crop: [0, 86],
            sha256: "5cfa684152080f12f498385281896923a95ebbd8c9d66b3a32958ba692370481"
        ),
        PillowGolden(
            source: [1920, 1280],
            input: [704, 256],
            resizeTest: 0.0,
            cropHeight: 0.1,
            resize: 0x3fd7777777777777,
            resized: [704, 469],
            crop: [0, 166],
            sha256: "6dd49407c71e08be1e8eb48e3f32d77d10b38325d41d7b0f6e70ebdbcbe32389"
        ),
        PillowGolden(
            source: [1920, 886],
            input: [704, 256],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fd7777777777777,
            resized: [704, 324],
            crop: [0, 68],
            sha256: "992d829a7b6bc1aff5405ab0eb4a0cacc68c384f0a2fa3fde87dcb4fe56d5004"
        ),
        PillowGolden(
            source: [1224, 370],
            input: [704, 256],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3fe267bd1267bd12,
            resized: [704, 212],
            crop: [0, -44],
            sha256: "6156ea6fb648ddd10436a1dd7b685729ef04cd2f33c75c9f84ede280d1189f78"
        ),
        PillowGolden(
            source: [640, 480],
            input: [704, 256],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3ff199999999999a,
            resized: [704, 528],
            crop: [0, 272],
            sha256: "ecdf2a6a67f35ac0e409c5a3902dd89b2537eff70faed2876e009282ed53f7dd"
        ),
        PillowGolden(
            source: [704, 256],
            input: [704, 256],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3ff0000000000000,
            resized: [704, 256],
            crop: [0, 0],
            sha256: "06e08714e4de2e1b2b45d83c87fd3d714a51acce6491e1d13d20dae4d78e57db"
        ),
        PillowGolden(
            source: [704, 396],
            input: [704, 256],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x3ff0000000000000,
            resized: [704, 396],
            crop: [0, 140],
            sha256: "28c5045053a25a984b59a01c705291e703a88804ec9fa8733baf2a10de61b2ed"
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
            sha256: "a7ec64311cb7bea16e47497e1a82d14c76f97e7ac41508924a3401871c8c5902"
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
            source: [500, 333],
            input: [100, 60],
            resizeTest: 0.3,
            cropHeight: 0.25,
            resize: 0x3fe0000000000000,
            resized: [250, 166],
            crop: [75, 64],
            sha256: "726f9652cb3661dc2d6df09a395edfcd58b8b98ffe16902f36db205cb93076d3"
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
            input: [704, 256],
            resizeTest: 0.0,
            cropHeight: 0.0,
            resize: 0x4046000000000000,
            resized: [704, 396],
            crop: [0, 140],
            sha256: "50e869c188d0f1449ea6d243784a3301893be62954796c18d90ebda023a8226a"
        ),
    ]
}
