/// Numbers of the model package format, version 1; see `docs/model-package.md`.
enum PackageFormat {
    static let magic = Array("OCCMODEL".utf8)
    static let version: UInt32 = 1
    static let preambleBytes = 128
    /// The part of the preamble that both digests cover.
    static let digestedPreambleBytes = 64
    static let entryBytes = 64
    static let mostAxes = 6
    static let tensorAlignment = 64
    static let pageBytes = 4096
    /// Tensors of this size and more start on a page.
    static let pageAlignedBytes = 65536
    /// Bounds on the header, checked before anything is allocated for it.
    static let mostTensors = 1 << 20
    static let mostMetadataBytes = 1 << 24
    static let mostNameBytes = 1 << 28

    static func roundUp(_ value: Int, to alignment: Int) -> Int {
        (value + alignment - 1) / alignment * alignment
    }

    static func alignment(ofBytes count: Int) -> Int {
        count >= pageAlignedBytes ? pageBytes : tensorAlignment
    }
}

/// Type of a packed tensor's elements; both take four bytes.
enum PackedElement: UInt32, Sendable {
    case float32 = 1
    case words = 2
}

/// What the table says of one packed tensor.
struct PackedTensor: Equatable, Sendable {
    var name: String
    var element: PackedElement
    var shape: [Int]
    /// Where its data starts in the file.
    var offset: Int

    var count: Int { shape.reduce(1, *) }
    var byteCount: Int { count * 4 }
}
