internal import Scenes

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

    /// Where the tensor table and the data begin.
    static func starts(metadataBytes: Int, tensorCount: Int, nameBytes: Int) -> (table: Int, data: Int) {
        let table = roundUp(preambleBytes + metadataBytes, to: tensorAlignment)
        return (table, roundUp(table + tensorCount * entryBytes + nameBytes, to: pageBytes))
    }

    /// Preamble and metadata, up to the tensor table; `seal` puts the digests in.
    static func head(fileBytes: Int, metadata: [UInt8], tensorCount: Int, nameBytes: Int) -> ByteWriter {
        let starts = starts(metadataBytes: metadata.count, tensorCount: tensorCount, nameBytes: nameBytes)
        var head = ByteWriter(magic)
        head.append(version)
        head.append(zerosUpTo: 16)
        for value in [fileBytes, metadata.count, tensorCount, starts.table, nameBytes, starts.data] {
            head.append(UInt64(value))
        }
        head.append(zerosUpTo: preambleBytes)
        head.append(contentsOf: metadata)
        head.append(zerosUpTo: starts.table)
        return head
    }

    /// Puts both digests into a whole file.
    static func seal(_ file: inout [UInt8], dataStart: Int) {
        file.replaceSubrange(64..<96, with: PackageDigest.bytes(of: file, upTo: dataStart))
        file.replaceSubrange(96..<128, with: PackageDigest.bytes(of: file, upTo: file.count))
    }
}

/// The JSON part of a model package.
struct PackageMetadata: Codable, Equatable, Sendable {
    var configuration: NetworkConfiguration
    var weights: String
    var parameters: Int
    /// The model digest; nil in packages of version 0.1, whose content digest takes its place.
    var digest: String?
    /// The card; nil in packages without one.
    var card: StoredCard?
}

/// A card in a package: one that cannot be read must not cost the package.
enum StoredCard: Codable, Equatable, Sendable {
    case card(ModelCard)
    /// Why there is none to show.
    case unreadable(String)

    init(from decoder: any Decoder) throws {
        let tree = try JSONTree(from: decoder)
        do {
            self = .card(try ModelCard(tree, source: ""))
        } catch let error as ModelCardError {
            self = .unreadable(error.detail)
        }
    }

    func encode(to encoder: any Encoder) throws {
        guard case .card(let card) = self else { return }
        try card.tree().encode(to: encoder)
    }
}

extension ModelPackage {
    /// Version of the package's format.
    public static let formatVersion = Int(PackageFormat.version)
}
