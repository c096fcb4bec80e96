internal import BinaryKernels
public import ImageFiles

/// Shrinks and cuts pictures of one size, bit for bit as Pillow's `Image.resize` (bicubic) and `Image.crop` do.
///
/// Two passes in 32-bit integers, across and then down, each rounded to 8 bits (`resample.h`). Only what the cut keeps is computed. The
/// object owns its work memory: give each slot its own, it is not `Sendable`.
public final class BicubicResampler {
    /// The sizes it works for.
    public let geometry: ImageGeometry

    /// The source rows that any output reads.
    var sourceRows: Range<Int> { rows.sources }

    private let columns: ResampleTable
    private let rows: ResampleTable
    private let instructionSet: occ_isa
    /// Weights and byte offsets of the pass across, as `occ_across` has them.
    private let columnWeights: [Int32]
    private let columnOffsets: [Int32]
    /// Weights of the pass down: upper and lower words of two rows, `rows.stride` an output.
    private let rowWeights: [Int32]
    /// The picture's last row, with room for what the pass across reads behind it.
    private let lastRow: UnsafeMutableRawBufferPointer
    /// Source rows after the pass across.
    private let narrowed: UnsafeMutableRawBufferPointer
    private let narrowedStride: Int

    /// Prepares tables and memory.
    public convenience init(_ geometry: ImageGeometry) { self.init(geometry, occ_isa_from_environment()) }

    /// Prepares for an instruction set that this machine runs.
    init(_ geometry: ImageGeometry, _ instructionSet: occ_isa) {
        self.geometry = geometry
        // Vectors read up to eight bytes from a pixel's first, which rows of fewer than four pixels do not have behind them.
        self.instructionSet = geometry.sourceWidth < 4 ? occ_isa_scalar : instructionSet
        let lastColumn = min(geometry.resizedWidth, geometry.cropLeft + geometry.inputWidth)
        let firstRow = min(max(0, geometry.cropTop), geometry.resizedHeight)
        let endRow = max(firstRow, min(geometry.resizedHeight, geometry.cropTop + geometry.inputHeight))
        columns = ResampleTable(
            sourceSize: geometry.sourceWidth,
            outputSize: geometry.resizedWidth,
            outputs: geometry.cropLeft..<lastColumn
        )
        rows = ResampleTable(
            sourceSize: geometry.sourceHeight,
            outputSize: geometry.resizedHeight,
            outputs: firstRow..<endRow
        )
        (columnWeights, columnOffsets) = Self.twos(columns)
        rowWeights = Self.words(rows).flatMap { [$0.upper, $0.lower] }
        lastRow = .allocate(byteCount: 3 * (geometry.sourceWidth + columns.stride) + 8, alignment: 64)
        lastRow.initializeMemory(as: UInt8.self, repeating: 0)
        narrowedStride = (columns.outputs.count * 3 + Int(OCC_RESAMPLE_SLACK) + 7) / 8 * 8
        narrowed = .allocate(byteCount: narrowedStride * rows.sources.count, alignment: 64)
        narrowed.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        lastRow.deallocate()
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
        if keptBytes > 0, !rows.outputs.isEmpty {
            narrow(source)
            shorten(into: output.baseAddress! + firstOutput * outputStride, stride: outputStride, count: keptBytes)
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

    /// The weights of a table, two a word: that of the left or upper source in its low half.
    private static func words(_ table: ResampleTable) -> [(upper: Int32, lower: Int32)] {
        func word(_ halves: [Int16], _ index: Int) -> Int32 {
            Int32(bitPattern: UInt32(UInt16(bitPattern: halves[index]))) | Int32(halves[index + 1]) << 16
        }
        return stride(from: 0, to: table.upper.count, by: 2).map { (word(table.upper, $0), word(table.lower, $0)) }
    }

    /// Weights and offsets of the pass across for two outputs at a time; an odd last one stands beside one of weight 0.
    private static func twos(_ table: ResampleTable) -> (weights: [Int32], offsets: [Int32]) {
        let words = words(table)
        let (count, pairs) = (table.outputs.count, table.stride / 2)
        var weights: [Int32] = []
        weights.reserveCapacity((count + 1) / 2 * pairs * 16)
        for first in stride(from: 0, to: count, by: 2) {
            for pair in 0..<pairs {
                let left = words[first * pairs + pair]
                let right = first + 1 < count ? words[(first + 1) * pairs + pair] : (upper: 0, lower: 0)
                for word in [left.upper, right.upper, left.lower, right.lower] {
                    weights += repeatElement(word, count: 4)
                }
            }
        }
        var offsets = table.starts.map { Int32($0 * 3) }
        if count % 2 == 1, let last = offsets.last { offsets.append(last) }
        return (weights, offsets)
    }

    /// The pass across: every source row that counts, all kept columns.
    private func narrow(_ source: UnsafeRawBufferPointer) {
        let sourceStride = geometry.sourceWidth * 3
        func row(_ index: Int) -> UnsafePointer<UInt8> {
            let place = source.baseAddress! + index * sourceStride
            guard index == geometry.sourceHeight - 1 else { return place.assumingMemoryBound(to: UInt8.self) }
            // Behind the picture's last row there is nothing that may be read.
            lastRow.copyMemory(from: UnsafeRawBufferPointer(start: place, count: sourceStride))
            return UnsafePointer(lastRow.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        columnOffsets.withUnsafeBufferPointer { offsets in
            columnWeights.withUnsafeBufferPointer { weights in
                var across = occ_across(
                    outputs: columns.outputs.count,
                    pairs: columns.stride / 2,
                    offsets: offsets.baseAddress!,
                    weights: weights.baseAddress!
                )
                let batch = Int(OCC_RESAMPLE_ROWS)
                for start in stride(from: 0, to: rows.sources.count, by: batch) {
                    let places = start..<min(start + batch, rows.sources.count)
                    let inputs: [UnsafePointer<UInt8>?] = places.map { row(rows.sources.lowerBound + $0) }
                    let outputs: [UnsafeMutablePointer<UInt8>?] = places.map {
                        (narrowed.baseAddress! + $0 * narrowedStride).assumingMemoryBound(to: UInt8.self)
                    }
                    occ_resample_across(instructionSet, &across, places.count, inputs, outputs)
                }
            }
        }
    }

    /// The pass down: all output rows.
    private func shorten(into output: UnsafeMutableRawPointer, stride: Int, count: Int) {
        let source = narrowed.baseAddress!.assumingMemoryBound(to: UInt8.self)
        rowWeights.withUnsafeBufferPointer { weights in
            for index in 0..<rows.outputs.count {
                occ_resample_down(
                    instructionSet,
                    weights.baseAddress! + index * rows.stride,
                    rows.counts[index],
                    source + (rows.starts[index] - rows.sources.lowerBound) * narrowedStride,
                    narrowedStride,
                    (output + index * stride).assumingMemoryBound(to: UInt8.self),
                    count
                )
            }
        }
    }
}
