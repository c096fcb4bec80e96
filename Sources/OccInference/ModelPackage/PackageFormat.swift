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

/// The JSON part of a model package.
struct PackageMetadata: Codable, Equatable, Sendable {
    var configuration: NetworkConfiguration
    var weights: String
    var parameters: Int
    /// The model digest; nil in packages of version 0.1, whose content digest takes its place.
    var digest: String?
}

extension ModelPackage {
    /// Version of the package's format.
    public static let formatVersion = Int(PackageFormat.version)
}
