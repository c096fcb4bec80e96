internal import BinaryKernels

/// Where each pixel of a picture that is to be made lies in the camera's own picture; the kernel is `warp.h`.
public struct WarpTable: Sendable {
    /// Width of the picture that is made.
    public let width: Int
    /// Its height.
    public let height: Int
    /// The rows that are made; those above and below are never read.
    public let rows: Range<Int>
    /// Size of the camera's picture.
    public let sourceWidth: Int
    /// Size of the camera's picture.
    public let sourceHeight: Int

    private let places: [occ_warp_place]

    /// Works out the places of a picture's rows.
    ///
    /// - Parameter place: the source's column and row of a column and row, pixel centres at whole numbers; nil where the lens sees nothing. What
    ///   lies outside the source, by more than half a pixel, is as nil.
    public init(
        width: Int,
        height: Int,
        rows: Range<Int>,
        sourceWidth: Int,
        sourceHeight: Int,
        place: (_ x: Double, _ y: Double) -> (x: Double, y: Double)?
    ) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= height)
        self.width = width
        self.height = height
        self.rows = rows
        self.sourceWidth = sourceWidth
        self.sourceHeight = sourceHeight
        let outside = occ_warp_place(x: UInt32.max, y: 0)
        var places = [occ_warp_place](repeating: outside, count: width * rows.count)
        for (line, row) in rows.enumerated() {
            for column in 0..<width {
                guard let at = place(Double(column), Double(row)), let x = Self.fixed(at.x, sourceWidth),
                    let y = Self.fixed(at.y, sourceHeight)
                else { continue }
                places[line * width + column] = occ_warp_place(x: x, y: y)
            }
        }
        self.places = places
    }

    /// A coordinate in 128ths of a pixel, held within the picture; nil outside it.
    private static func fixed(_ value: Double, _ size: Int) -> UInt32? {
        guard value >= -0.5, value < Double(size) - 0.5 else { return nil }
        return UInt32(min(max((value * 128).rounded(), 0), Double((size - 1) * 128)))
    }

    /// Where a pixel lies in the source, rounded to a whole pixel; nil outside it, or in a row that is not made.
    public func sourcePixel(column: Int, row: Int) -> (x: Int, y: Int)? {
        place(column: column, row: row).map { (($0.x + 64) >> 7, ($0.y + 64) >> 7) }
    }

    /// Where a pixel lies in the source, 128ths of a pixel; nil as of `sourcePixel`.
    func place(column: Int, row: Int) -> (x: Int, y: Int)? {
        guard rows.contains(row), (0..<width).contains(column) else { return nil }
        let place = places[(row - rows.lowerBound) * width + column]
        return place.x == UInt32.max ? nil : (Int(place.x), Int(place.y))
    }

    /// Makes the picture's rows.
    ///
    /// - Parameters:
    ///   - source: RGB, `sourceHeight * sourceWidth * 3` bytes and `WarpTable.slack` more.
    ///   - target: RGB of the whole picture; bytes of `rows` are written, black where the lens sees nothing.
    func apply(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        precondition(source.count >= sourceHeight * sourceWidth * 3 + Self.slack)
        precondition(target.count >= rows.upperBound * width * 3)
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        occ_warp(
            from.assumingMemoryBound(to: UInt8.self),
            sourceWidth * 3,
            places,
            places.count,
            to.assumingMemoryBound(to: UInt8.self) + rows.lowerBound * width * 3
        )
    }

    /// Bytes behind the source that are read, and not used.
    static let slack = Int(OCC_WARP_SLACK)
}
