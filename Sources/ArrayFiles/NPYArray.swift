/// One array in memory, as a `.npy` file holds it: an element type, a shape and row-major little-endian bytes.
///
/// ```swift
/// let grid = NPYArray(labels, shape: [200, 200, 16])      // [UInt8]
/// let file = try grid.encoded()                            // the bytes of a .npy file
/// let back = try NPYArray(decoding: file, source: "grid")
/// let again = try back.elements(as: UInt8.self)
/// ```
///
/// Format: `numpy/lib/format.py`, versions 1.0, 2.0 and 3.0.
public struct NPYArray: Equatable, Sendable {
    /// The type of every element.
    public let elementType: ArrayElementType
    /// Lengths of the axes, slowest first; empty for a scalar.
    public let shape: [Int]
    /// The elements in row-major order, little endian, `elementType.byteCount` bytes each.
    public let bytes: [UInt8]

    /// Makes an array from raw bytes.
    ///
    /// - Throws: `ArrayFileError` (`mismatch`) where the number of bytes does not fit the shape.
    public init(elementType: ArrayElementType, shape: [Int], bytes: [UInt8]) throws {
        guard let size = ArraySize.byteCount(shape: shape, elementByteCount: elementType.byteCount),
            size == bytes.count
        else {
            throw ArrayFileError(
                .mismatch,
                source: "array",
                "\(bytes.count) bytes do not fit shape \(shape) of \(elementType)"
            )
        }
        self.elementType = elementType
        self.shape = shape
        self.bytes = bytes
    }

    /// Makes an array from numbers in row-major order.
    ///
    /// - Precondition: the number of elements is the product of the shape.
    public init<Element: ArrayElement>(_ elements: [Element], shape: [Int]) {
        precondition(
            ArraySize.byteCount(shape: shape, elementByteCount: 1) == elements.count,
            "\(elements.count) elements do not fit shape \(shape)"
        )
        self.elementType = Element.elementType
        self.shape = shape
        self.bytes = elements.withUnsafeBytes { Array($0) }
    }

    /// Makes an array of truth values in row-major order.
    ///
    /// - Precondition: the number of elements is the product of the shape.
    public init(_ elements: [Bool], shape: [Int]) {
        precondition(
            ArraySize.byteCount(shape: shape, elementByteCount: 1) == elements.count,
            "\(elements.count) elements do not fit shape \(shape)"
        )
        self.elementType = .bool
        self.shape = shape
        self.bytes = elements.map { $0 ? 1 : 0 }
    }

    /// Makes a scalar text, as numpy saves a `str`.
    public init(text: String) {
        // numpy has no text of no characters either: it pads one.
        let scalars = text.isEmpty ? [0] : text.unicodeScalars.map(\.value)
        self.elementType = .text(characters: scalars.count)
        self.shape = []
        self.bytes = scalars.withUnsafeBytes { Array($0) }
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// The elements as Swift numbers, in row-major order.
    ///
    /// - Throws: `ArrayFileError` (`mismatch`) where the element type is another one; `bool` may be read as `UInt8`.
    public func elements<Element: ArrayElement>(as type: Element.Type, source: String = "array") throws -> [Element] {
        guard elementType == Element.elementType || (elementType == .bool && Element.elementType == .uint8) else {
            throw ArrayFileError(
                .mismatch,
                source: source,
                "holds \(elementType) elements, expected \(Element.elementType)"
            )
        }
        return bytes.withUnsafeBytes { copyElements($0, as: type) }
    }

    /// The elements, checked to have this very shape.
    ///
    /// - Throws: `ArrayFileError` (`mismatch`) where the element type or the shape is another one.
    public func elements<Element: ArrayElement>(
        as type: Element.Type,
        shape expected: [Int],
        source: String = "array"
    ) throws -> [Element] {
        guard shape == expected else {
            throw ArrayFileError(.mismatch, source: source, "has shape \(shape), expected \(expected)")
        }
        return try elements(as: type, source: source)
    }

    /// The texts of a text array, without their padding.
    ///
    /// - Throws: `ArrayFileError` where the array holds no text, or holds a number that is no Unicode scalar.
    public func texts(source: String = "array") throws -> [String] {
        guard case .text(let characters) = elementType else {
            throw ArrayFileError(.mismatch, source: source, "holds \(elementType) elements, expected text")
        }
        let values = bytes.withUnsafeBytes { copyElements($0, as: UInt32.self) }
        return try (0..<count).map { index in
            var text = String.UnicodeScalarView()
            let word = values[(index * characters)..<((index + 1) * characters)]
            let end = word.lastIndex { $0 != 0 }.map { $0 + 1 } ?? word.startIndex
            for value in word[..<end] {
                guard let scalar = Unicode.Scalar(value) else {
                    throw ArrayFileError(.malformed, source: source, "\(value) is no Unicode character")
                }
                text.append(scalar)
            }
            return String(text)
        }
    }
}
