import BinaryKernels
import TestSupport
import Testing

/// Maps of bfloat16 hold what the same kernel gives for float32 maps of the same values, rounded once.
@Suite("Maps of bfloat16")
struct ElementTests {
    static let types = [occ_element_float32, occ_element_bfloat16]
    static let channels = [1, 33, 128, 131, 300]

    @Test("rounding takes the nearest, ties to even, and keeps small numbers and NaN")
    func rounding() {
        for half in UInt16.min...UInt16.max {
            let value = occ_bfloat16_value(half)
            #expect(value.bitPattern == UInt32(half) << 16)
            // A signalling NaN becomes quiet.
            #expect(occ_bfloat16(value) == (value.isNaN ? half | 0x40 : half))
        }
        func rounded(_ bits: UInt32) -> UInt32 { UInt32(occ_bfloat16(Float(bitPattern: bits))) << 16 }
        for sign: UInt32 in [0, 0x8000_0000] {
            #expect(rounded(sign | 0x3f80_7fff) == sign | 0x3f80_0000)
            #expect(rounded(sign | 0x3f80_8000) == sign | 0x3f80_0000)
            #expect(rounded(sign | 0x3f80_8001) == sign | 0x3f81_0000)
            #expect(rounded(sign | 0x3f81_8000) == sign | 0x3f82_0000)
            // Denormals, the step to the normal numbers, and that to infinity.
            #expect(rounded(sign | 0x0001_8000) == sign | 0x0002_0000)
            #expect(rounded(sign | 0x007f_8000) == sign | 0x0080_0000)
            #expect(rounded(sign | 0x7f7f_8000) == sign | 0x7f80_0000)
            #expect(rounded(sign | 0x7f80_0001) == sign | 0x7fc0_0000)
            #expect(rounded(sign | 0x7fff_ffff) == sign | 0x7fff_0000)
        }
    }

    @Test("signs are those of the widened values", arguments: channels)
    func packing(channels: Int) {
        var generator = SeededGenerator(seed: UInt64(channels))
        let (pixels, stride, words) = (5, channels + 3, occ_words(channels))
        let values = generator.values(pixels * stride - 3, zerosIn256: 20)
        let x = TypedMap(values, stride: stride, element: occ_element_bfloat16)
        let scale = GuardedBuffer(generator.values(channels))
        let bias = GuardedBuffer(generator.values(channels, zerosIn256: 128))
        for (factor, shift) in [(nil, nil), (UnsafePointer(scale.base), UnsafePointer(bias.base))] {
            let expected = GuardedBuffer<UInt32>(2 * pixels * words)
            let hasZero = Variant.scalar.table.pack_signs(
                x.floatMap,
                pixels,
                channels,
                factor,
                shift,
                expected.base,
                expected.base + pixels * words
            )
            for variant in Variant.all {
                let planes = GuardedBuffer<UInt32>(2 * pixels * words)
                let found = variant.table.pack_signs(
                    x.map,
                    pixels,
                    channels,
                    factor,
                    shift,
                    planes.base,
                    planes.base + pixels * words
                )
                #expect(found == hasZero && planes.elements == expected.elements, "\(variant)")
            }
        }
    }

    @Test("residual reads and writes any mix of types", arguments: channels, 0..<16)
    func residual(channels: Int, mix: Int) {
        var generator = SeededGenerator(seed: UInt64(channels * 16 + mix))
        let (pixels, period) = (3, mix % 3 == 0 ? channels : (channels + 1) / 2)
        func map(_ stride: Int, _ bit: Int) -> TypedMap {
            TypedMap(generator.values(pixels * stride), stride: stride, element: Self.types[mix >> bit & 1])
        }
        let (x, identity, skip) = (map(channels, 0), map(period, 1), map(channels, 2))
        let y = map(channels, 3)
        let gate = GuardedBuffer(generator.values(channels))
        let rprelu = Parameters(channels: channels, rprelu: true, generator: &generator)
        var ending = occ_residual()
        ending.gate = UnsafePointer(gate.base)
        ending.identity_channels = period
        ending.factor = 0.5
        ending.shift_in = UnsafePointer(rprelu.shiftIn.base)
        ending.slope = UnsafePointer(rprelu.slope.base)
        ending.shift_out = UnsafePointer(rprelu.shiftOut.base)

        let expected = GuardedBuffer<Float>(pixels * channels)
        (ending.x, ending.identity, ending.skip) = (x.floatMap, identity.floatMap, skip.floatMap)
        ending.y = occ_floats_out(expected.base, channels)
        Variant.scalar.table.residual(&ending, pixels, channels)
        (ending.x, ending.identity, ending.skip) = (x.map, identity.map, skip.map)
        ending.y = y.target
        for variant in Variant.all {
            variant.table.residual(&ending, pixels, channels)
            #expect(y.bytes == TypedMap.bytes(expected.elements, as: y.element), "\(variant)")
            #expect(y.intact)
        }
        // In place.
        guard x.element == y.element else { return }
        ending.y = x.target
        Variant.all.last!.table.residual(&ending, pixels, channels)
        #expect(x.bytes == y.bytes)
    }

    @Test("pooling and resizing, any pair of types", arguments: channels, 0..<4)
    func sizes(channels: Int, pair: Int) {
        var generator = SeededGenerator(seed: UInt64(channels * 4 + pair))
        let (height, width, stride) = (5, 4, channels + 2)
        let (read, written) = (Self.types[pair & 1], Self.types[pair >> 1])
        let x = TypedMap(generator.values(height * width * stride - 2), stride: stride, element: read)
        let expected = GuardedBuffer<Float>(4 * channels)
        let enlarged = GuardedBuffer<Float>(7 * 9 * channels)
        let scalar = Variant.scalar.table
        scalar.average_pool2x2(x.floatMap, height, width, channels, occ_floats_out(expected.base, channels))
        scalar.resize_bilinear(
            x.floatMap,
            height,
            width,
            channels,
            7,
            9,
            true,
            occ_floats_out(enlarged.base, channels)
        )
        for variant in Variant.all {
            let y = TypedMap([Float](repeating: 9, count: 4 * channels), stride: channels, element: written)
            variant.table.average_pool2x2(x.map, height, width, channels, y.target)
            #expect(y.bytes == TypedMap.bytes(expected.elements, as: written), "\(variant)")
            let z = TypedMap([Float](repeating: 9, count: 63 * channels), stride: channels, element: written)
            variant.table.resize_bilinear(x.map, height, width, channels, 7, 9, true, z.target)
            #expect(z.bytes == TypedMap.bytes(enlarged.elements, as: written), "\(variant)")
            #expect(y.intact && z.intact)
        }
    }

    @Test("the small steps, any pair of types", arguments: 0..<4)
    func steps(pair: Int) {
        var generator = SeededGenerator(seed: UInt64(pair))
        let (read, written, channels, block) = (Self.types[pair & 1], Self.types[pair >> 1], 144, 16)
        let small = TypedMap(generator.values(6 * 150), stride: 150, element: read)
        let dense = TypedMap(generator.values(6 * channels), stride: channels, element: read)
        let start = generator.values(20 * channels)
        /// What a step leaves in a map of either type, from equal values.
        func both(_ step: (occ_map, occ_map, occ_target) -> Void) {
            let target = TypedMap(start, stride: channels, element: written)
            let floats = GuardedBuffer(target.floats.elements)
            step(small.map, dense.map, target.target)
            step(small.floatMap, dense.floatMap, occ_floats_out(floats.base, channels))
            #expect(target.bytes == TypedMap.bytes(floats.elements, as: written))
            #expect(target.intact)
        }
        let (depth, weights) = (generator.values(8), generator.values(20 * channels))
        both { map, _, y in occ_add_nearest(map, 2, 3, channels, y, 4, 5) }
        both { map, _, y in
            occ_pool_cells(depth, map, channels, [0, 2, 1, 7], [0, 5, 0, 2], [0, 3, 4], [1, 2], 2, 20, y)
        }
        both { map, _, y in occ_to_blocked(map, 6, channels, block, y.values!, y.element) }
        both { _, map, y in occ_copy_values(map.values!, map.element, 6 * channels, y.values!, y.element) }
        both { _, map, y in
            occ_means_blocked(map.values!, map.element, 6, channels, block, y.values!, y.element)
        }
        both { _, map, y in
            occ_spread_blocked(map.values!, map.element, 7, channels, block, y.values!, y.element)
        }
        both { map, _, y in
            occ_add_between(weights, start, 0.25, 20 * channels, 1, y)
        }
        var planes = [Float](repeating: 0, count: 6 * channels)
        var expected = planes
        occ_to_planar(small.map, 6, channels, &planes)
        occ_to_planar(small.floatMap, 6, channels, &expected)
        #expect(planes == expected)
        occ_softmax(small.map, 6, channels, &planes, channels)
        occ_softmax(small.floatMap, 6, channels, &expected, channels)
        #expect(planes == expected)
    }
}
