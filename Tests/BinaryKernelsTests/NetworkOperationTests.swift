import BinaryKernels
import Testing

/// The small C steps against straightforward code.
@Suite struct NetworkOperationTests {
    @Test func argmaxTakesTheFirstOfEquals() {
        let rows: [Float] = [1, 3, 3, 2, .nan, 5, .nan, 9, -1, -1, -1, -1, .infinity, 0, .infinity, 1]
        var labels = [UInt8](repeating: 9, count: 4)
        occ_argmax(rows, 4, 4, &labels)
        #expect(labels == [1, 0, 0, 0])
    }

    @Test func planarCopiesAreTransposed() {
        let (pixels, channels, stride) = (7, 19, 23)
        let x = (0..<(pixels * stride)).map { Float($0) }
        var planes = [Float](repeating: -1, count: pixels * channels)
        let map = GuardedBuffer(x)
        occ_to_planar(occ_floats(map.base, stride), pixels, channels, &planes)
        for channel in 0..<channels {
            for pixel in 0..<pixels {
                #expect(planes[channel * pixels + pixel] == x[pixel * stride + channel])
            }
        }
    }

    @Test(arguments: [8, 16])
    func blockedCopiesHoldEveryValue(_ block: Int) {
        let (pixels, channels, stride) = (131, 48, 50)
        let x = (0..<(pixels * stride)).map { Float($0) }
        let map = GuardedBuffer(x)
        var blocks = [Float](repeating: -1, count: pixels * channels)
        occ_to_blocked(occ_floats(map.base, stride), pixels, channels, block, &blocks, occ_element_float32)
        for channel in 0..<channels {
            for pixel in 0..<pixels {
                let place = (channel / block * pixels + pixel) * block + channel % block
                #expect(blocks[place] == x[pixel * stride + channel])
            }
        }
    }

    @Test func nearestRepeatsPixels() {
        let small = GuardedBuffer<Float>([1, 2, 3, 4, 5, 6])  // 2 x 3 pixels of one channel
        let large = GuardedBuffer([Float](repeating: 10, count: 4 * 5))
        occ_add_nearest(occ_floats(small.base, 1), 2, 3, 1, occ_floats_out(large.base, 1), 4, 5)
        // floor(column * 3 / 5): 0 0 1 1 2
        let row: [Float] = [11, 11, 12, 12, 13]
        let second: [Float] = [14, 14, 15, 15, 16]
        #expect(large.elements == row + row + second + second)
    }

    @Test func emptyCellsAreZero() {
        let depth: [Float] = [0.5, 2, 4]
        let features = GuardedBuffer<Float>([1, 10, 2, 20])
        let out = GuardedBuffer([Float](repeating: -1, count: 4 * 2))
        let (map, target) = (occ_floats(features.base, 2), occ_floats_out(out.base, 2))
        occ_pool_cells(depth, map, 2, [0, 2, 1], [0, 1, 0], [0, 2, 3], [1, 2], 2, 4, target)
        #expect(out.elements == [0, 0, 8.5, 85, 2, 20, 0, 0])
        occ_pool_cells(depth, map, 2, [], [], [0], [], 0, 4, target)
        #expect(out.elements == [Float](repeating: 0, count: 8))
    }

    @Test func softmaxSumsToOne() {
        let x = GuardedBuffer<Float>([1, 2, 3, 99, -200, 0, 200, 99])
        var y = [Float](repeating: 0, count: 6)
        occ_softmax(occ_floats(x.base, 4), 2, 3, &y, 3)
        #expect(abs(y[0] + y[1] + y[2] - 1) < 1e-6 && y[0] < y[1] && y[1] < y[2])
        #expect(y[3] == 0 && y[4] == 0 && y[5] == 1)
    }

    @Test func normalisationTurnsColoursAround() {
        let table = (0..<768).map { Float($0) }
        var planes = [Float](repeating: 0, count: 6)
        occ_normalise_rgb([1, 2, 3, 4, 5, 6], 2, table, &planes)
        #expect(planes == [3, 6, 258, 261, 513, 516])
    }
}
