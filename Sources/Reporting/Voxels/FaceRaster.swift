internal import ImageFiles

/// Fills quadrilaterals in perspective, each over what was there before, on twice as many rows and columns as its picture has.
struct FaceRaster {
    private let width: Int
    private let height: Int
    /// Red, green and blue of a sample, 8 bits each.
    private var samples: [UInt32]

    /// Makes a background that goes from one colour to another.
    ///
    /// - Precondition: width and height are even.
    init(width: Int, height: Int, top: Colour, bottom: Colour) {
        (self.width, self.height) = (width, height)
        samples = []
        samples.reserveCapacity(width * height)
        for y in 0..<height {
            let colour = top.mixed(with: bottom, Double(y) / Double(height))
            let value = Self.packed(SIMD3(Float(colour.red), Float(colour.green), Float(colour.blue)))
            samples.append(contentsOf: repeatElement(value, count: width))
        }
    }

    private static func packed(_ colour: SIMD3<Float>) -> UInt32 {
        let parts = SIMD3<UInt32>(colour.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255)))
        return parts.x << 16 | parts.y << 8 | parts.z
    }

    /// Fills a parallelogram of space.
    ///
    /// - Parameters:
    ///   - corner: right of, above and before the eye.
    ///   - u: one side.
    ///   - v: the other side.
    ///   - focal: samples that a thing takes as wide as it is far away.
    ///   - colour: 0 to 255 each; edges are darker.
    mutating func fill(
        _ corner: SIMD3<Float>,
        _ u: SIMD3<Float>,
        _ v: SIMD3<Float>,
        focal: Float,
        _ colour: SIMD3<Float>
    ) {
        let (b, c, d) = (corner + u, corner + u + v, corner + v)
        // What reaches to the eye's plane is left out.
        guard min(corner.z, b.z, c.z, d.z) > 0.5 else { return }
        let depths = SIMD4(corner.z, b.z, c.z, d.z)
        let xs = SIMD4(corner.x, b.x, c.x, d.x) * focal / depths + Float(width) / 2
        let ys = Float(height) / 2 - SIMD4(corner.y, b.y, c.y, d.y) * focal / depths
        let (low, high) = (max(ys.min(), 0), min(ys.max(), Float(height)))
        guard low < high, xs.max() > 0, xs.min() < Float(width) else { return }
        // Distances from the four edges, positive inside.
        let nextX = SIMD4(xs.y, xs.z, xs.w, xs.x)
        let nextY = SIMD4(ys.y, ys.z, ys.w, ys.x)
        var (normalX, normalY) = (ys - nextY, nextX - xs)
        let area = (xs * nextY - nextX * ys).sum() / 2
        let lengths = (normalX * normalX + normalY * normalY).squareRoot()
        guard abs(area) > 1e-3, lengths.min() > 1e-4 else { return }
        let signed = lengths * (area < 0 ? -1 : 1)
        normalX /= signed
        normalY /= signed
        let offset = -(normalX * xs + normalY * ys)

        let side = abs(area).squareRoot()
        let edge = min(max(0.07 * side, 0.9), 2.2)
        let strength = min(max((side - 4) / 10, 0), 1) * 0.34
        let (fill, rim) = (Self.packed(colour), Self.packed(colour * (1 - strength)))
        let (columns, rows) = (width, Int(low)..<min(Int(high) + 1, height))
        let steps = normalX
        samples.withUnsafeMutableBufferPointer { samples in
            for y in rows {
                let row = normalY * (Float(y) + 0.5) + offset
                // Where all four distances are positive.
                let bounds = -(row + 0.02) / steps
                var (left, right) = (max(xs.min(), 0), min(xs.max(), Float(columns)))
                for index in 0..<4 {
                    if steps[index] > 1e-6 {
                        left = max(left, bounds[index])
                    } else if steps[index] < -1e-6 {
                        right = min(right, bounds[index])
                    } else if row[index] < -0.02 {
                        right = -1
                    }
                }
                guard right >= left else { continue }
                let first = max(Int((left - 0.5).rounded(.up)), 0)
                let last = min(Int((right - 0.5).rounded(.down)), columns - 1)
                guard first <= last else { continue }
                var away = row + steps * (Float(first) + 0.5)
                for x in first...last {
                    samples[y * columns + x] = away.min() < edge ? rim : fill
                    away += steps
                }
            }
        }
    }

    /// The picture: the mean of four samples a pixel.
    var image: RGBImage {
        let (columns, rows) = (width / 2, height / 2)
        let pixels = [UInt8](unsafeUninitializedCapacity: columns * rows * 3) { pixels, count in
            samples.withUnsafeBufferPointer { samples in
                for y in 0..<rows {
                    for x in 0..<columns {
                        let place = 2 * y * width + 2 * x
                        let four = (
                            samples[place], samples[place + 1], samples[place + width], samples[place + width + 1]
                        )
                        for (part, shift) in [UInt32(16), 8, 0].enumerated() {
                            let sum =
                                (four.0 >> shift & 255) + (four.1 >> shift & 255) + (four.2 >> shift & 255)
                                + (four.3 >> shift & 255)
                            pixels[(y * columns + x) * 3 + part] = UInt8((sum + 2) / 4)
                        }
                    }
                }
            }
            count = columns * rows * 3
        }
        return RGBImage(width: columns, height: rows, pixels: pixels)
    }
}
