public import ImageFiles

/// Shrinks and cuts pictures of one size, bit for bit as Pillow's `Image.resize` (bicubic) and `Image.crop` do.
///
/// Two passes in 32-bit integers, across and then down, each rounded to 8 bits. Only what the cut keeps is computed. The
/// object owns its work memory: give each slot its own, it is not `Sendable`.
public final class BicubicResampler {
    /// The sizes it works for.
    public let geometry: ImageGeometry

    private let columns: ResampleTable
    private let rows: ResampleTable
    /// Weights of the pass across, two a word and upper before lower words: what the inner loop reads in order.
    private let columnWeights: [SIMD2<Int32>]
    /// One source row, each pixel beside its right neighbour: r r' g g' b b' 0 0 as 16-bit numbers.
    private let pairs: UnsafeMutableRawBufferPointer
    /// Source rows after the pass across.
    private let narrowed: UnsafeMutableRawBufferPointer
    private let narrowedStride: Int

    /// Prepares tables and memory.
    public init(_ geometry: ImageGeometry) {
        self.geometry = geometry
        let lastColumn = min(geometry.resizedWidth, geometry.cropLeft + geometry.inputWidth)
        let firstRow = min(max(0, geometry.cropTop), geometry.resizedHeight)
        let lastRow = max(firstRow, min(geometry.resizedHeight, geometry.cropTop + geometry.inputHeight))
        columns = ResampleTable(
            sourceSize: geometry.sourceWidth,
            outputSize: geometry.resizedWidth,
            outputs: geometry.cropLeft..<lastColumn
        )
        rows = ResampleTable(
            sourceSize: geometry.sourceHeight,
            outputSize: geometry.resizedHeight,
            outputs: firstRow..<lastRow
        )
        columnWeights = Self.packed(columns)
        pairs = .allocate(byteCount: 16 * (geometry.sourceWidth + columns.stride), alignment: 64)
        pairs.initializeMemory(as: UInt64.self, repeating: 0)
        // Room for the eight bytes that the passes write and read at once.
        narrowedStride = (columns.outputs.count * 3 + 8 + 7) / 8 * 8
        narrowed = .allocate(byteCount: narrowedStride * rows.sources.count, alignment: 64)
        narrowed.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        pairs.deallocate()
        narrowed.deallocate()
    }

    /// Shrinks and cuts one picture.
    ///
    /// - Parameters:
    ///   - source: RGB, `sourceHeight * sourceWidth * 3` bytes.
    ///   - output: RGB, `inputHeight * inputWidth * 3` bytes, all written.
    /// - Throws: `ImageFileError` (`wrongSize`) where a buffer is too small.
    public func resample(_ source: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws {
        let sourceStride = geometry.sourceWidth * 3
        let outputStride = geometry.inputWidth * 3
        guard source.count >= geometry.sourceHeight * sourceStride, output.count >= geometry.inputHeight * outputStride
        else {
            throw ImageFileError(
                .wrongSize,
                "buffers of \(source.count) and \(output.count) bytes are too small for \(geometry)"
            )
        }
        let keptBytes = columns.outputs.count * 3
        let firstOutput = rows.outputs.lowerBound - geometry.cropTop
        if keptBytes < outputStride || rows.outputs.count < geometry.inputHeight {
            output.initializeMemory(as: UInt8.self, repeating: 0)
        }
        for (index, row) in rows.sources.enumerated() {
            spread(source.baseAddress! + row * sourceStride)
            narrow(into: narrowed.baseAddress! + index * narrowedStride)
        }
        for index in 0..<rows.outputs.count {
            shorten(index, into: output.baseAddress! + (firstOutput + index) * outputStride, count: keptBytes)
        }
    }

    /// Shrinks and cuts one picture.
    ///
    /// - Throws: `ImageFileError` (`wrongSize`) where the picture has not the size of the geometry.
    public func resample(_ image: RGBImage) throws -> RGBImage {
        guard image.width == geometry.sourceWidth, image.height == geometry.sourceHeight else {
            throw ImageFileError(
                .wrongSize,
                "a picture of \(image.width) x \(image.height) pixels, prepared for \(geometry)"
            )
        }
        var pixels = [UInt8](repeating: 0, count: geometry.inputWidth * geometry.inputHeight * 3)
        try image.pixels.withUnsafeBytes { source in
            try pixels.withUnsafeMutableBytes { try resample(source, into: $0) }
        }
        return RGBImage(width: geometry.inputWidth, height: geometry.inputHeight, pixels: pixels)
    }

    private static func packed(_ table: ResampleTable) -> [SIMD2<Int32>] {
        func word(_ halves: [Int16], _ index: Int) -> Int32 {
            Int32(bitPattern: UInt32(UInt16(bitPattern: halves[index])))
                | Int32(halves[index + 1]) << 16
        }
        return stride(from: 0, to: table.upper.count, by: 2).map {
            SIMD2(word(table.upper, $0), word(table.lower, $0))
        }
    }

    /// Lays a source row out as pairs of neighbours, which the processor multiplies and adds in one instruction.
    private func spread(_ row: UnsafeRawPointer) {
        let target = pairs.baseAddress!.assumingMemoryBound(to: UInt64.self)
        let last = geometry.sourceWidth - 1
        var red = UInt64(row.load(as: UInt8.self))
        var green = UInt64(row.load(fromByteOffset: 1, as: UInt8.self))
        var blue = UInt64(row.load(fromByteOffset: 2, as: UInt8.self))
        for x in 0..<last {
            // Three single bytes: a four-byte load would read past the picture's last pixel.
            let next = row + (x &* 3 &+ 3)
            let nextRed = UInt64(next.load(as: UInt8.self))
            let nextGreen = UInt64(next.load(fromByteOffset: 1, as: UInt8.self))
            let nextBlue = UInt64(next.load(fromByteOffset: 2, as: UInt8.self))
            target[2 &* x] = red | nextRed &<< 16 | green &<< 32 | nextGreen &<< 48
            target[2 &* x &+ 1] = blue | nextBlue &<< 16
            red = nextRed
            green = nextGreen
            blue = nextBlue
        }
        target[2 * last] = red | green &<< 32
        target[2 * last + 1] = blue
    }

    /// The pass across: one row, all kept columns.
    private func narrow(into output: UnsafeMutableRawPointer) {
        let base = UnsafeRawPointer(pairs.baseAddress!)
        let pairCount = columns.stride / 2
        let half = SIMD4<Int32>(repeating: 1 << Int32(ResampleTable.fractionBits - 1))
        columns.starts.withUnsafeBufferPointer { starts in
            columnWeights.withUnsafeBufferPointer { weights in
                guard var weight = weights.baseAddress else { return }
                for x in 0..<starts.count {
                    var source = base + starts[x] &* 16
                    var upper = SIMD4<Int32>(repeating: 0)
                    var lower = half
                    for _ in 0..<pairCount {
                        let pixels = SIMD8<Int32>(truncatingIfNeeded: source.load(as: SIMD8<Int16>.self))
                        upper = upper &+ Self.sumOfPairs(pixels, weight.pointee.x)
                        lower = lower &+ Self.sumOfPairs(pixels, weight.pointee.y)
                        source += 16 &* 2
                        weight += 1
                    }
                    let sum =
                        ((upper &<< Int32(ResampleTable.lowerBits)) &+ lower) &>> Int32(ResampleTable.fractionBits)
                    let pixel = sum.clamped(lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 255))
                    // The fourth byte is overwritten by the next pixel.
                    (output + x &* 3).storeBytes(of: SIMD4<UInt8>(truncatingIfNeeded: pixel), as: SIMD4<UInt8>.self)
                }
            }
        }
    }

    /// Multiplies eight 16-bit numbers by two alternating weights and adds neighbours.
    @inline(__always)
    private static func sumOfPairs(_ pixels: SIMD8<Int32>, _ weights: Int32) -> SIMD4<Int32> {
        let repeated = unsafeBitCast(SIMD4<Int32>(repeating: weights), to: SIMD8<Int16>.self)
        let products = pixels &* SIMD8<Int32>(truncatingIfNeeded: repeated)
        return products.evenHalf &+ products.oddHalf
    }

    /// The pass down: one output row.
    private func shorten(_ index: Int, into output: UnsafeMutableRawPointer, count: Int) {
        let taps = rows.counts[index]
        let first =
            UnsafeRawPointer(narrowed.baseAddress!)
            + (rows.starts[index] - rows.sources.lowerBound) * narrowedStride
        let half = SIMD8<Int32>(repeating: 1 << Int32(ResampleTable.fractionBits - 1))
        rows.upper.withUnsafeBufferPointer { uppers in
            rows.lower.withUnsafeBufferPointer { lowers in
                let upperWeights = uppers.baseAddress! + index * rows.stride
                let lowerWeights = lowers.baseAddress! + index * rows.stride
                var x = 0
                while x < count {
                    var source = first + x
                    var upper = SIMD8<Int32>(repeating: 0)
                    var lower = half
                    for tap in 0..<taps {
                        let bytes = source.loadUnaligned(as: SIMD8<UInt8>.self)
                        let values = SIMD8<Int32>(truncatingIfNeeded: SIMD8<Int16>(truncatingIfNeeded: bytes))
                        upper = upper &+ values &* SIMD8(repeating: Int32(upperWeights[tap]))
                        lower = lower &+ values &* SIMD8(repeating: Int32(lowerWeights[tap]))
                        source += narrowedStride
                    }
                    let sum =
                        ((upper &<< Int32(ResampleTable.lowerBits)) &+ lower) &>> Int32(ResampleTable.fractionBits)
                    let clamped = sum.clamped(lowerBound: SIMD8(repeating: 0), upperBound: SIMD8(repeating: 255))
                    let pixels = SIMD8<UInt8>(truncatingIfNeeded: clamped)
                    if count &- x >= 8 {
                        (output + x).storeBytes(of: pixels, as: SIMD8<UInt8>.self)
                    } else {
                        for byte in 0..<(count &- x) {
                            output.storeBytes(of: pixels[byte], toByteOffset: x &+ byte, as: UInt8.self)
                        }
                    }
                    x &+= 8
                }
            }
        }
    }
}
