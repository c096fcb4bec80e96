internal import Foundation
internal import SystemSupport
internal import TensorRuntime

/// A model package, mapped read-only: configuration and packed weights of one network.
///
/// Format: `docs/model-package.md`. Opening reads the header only, whatever the size of the file.
public final class ModelPackage: Sendable {
    /// The file's path, or a name for bytes in memory.
    public let source: String
    /// The network's configuration.
    public let configuration: NetworkConfiguration
    /// Where the weights came from, for people.
    public let weightsLabel: String
    /// Number of parameters of the published network.
    public let parameterCount: Int
    /// SHA-256 of what decides predictions, 64 hexadecimal digits: the model's identity.
    ///
    /// A package of version 0.1 keeps the digest that it had there: that of its whole content.
    public let digest: String
    /// Size of the file in bytes.
    public let byteCount: Int
    /// What the network was trained on and is not for; nil where the package does not say.
    public let card: ModelCard?
    /// Why the package's card is not in `card`; nil where it is there, or there is none.
    public let cardFlaw: String?

    private let contentDigest: String
    /// The model digest that the package states; nil in those of version 0.1.
    private let statedDigest: String?
    private let metadataBytes: [UInt8]
    private let metadata: PackageMetadata
    /// The tensors in the order of the file's table.
    private let table: [PackedTensor]
    private let storage: PackageStorage
    private let tensors: [String: PackedTensor]

    /// Maps a file and checks its header.
    ///
    /// - Throws: `FileError` where it cannot be mapped, `ModelPackageError` where it is not a whole package.
    public convenience init(path: String) throws {
        try self.init(.mapped(try MappedFile(path: path)), source: path)
    }

    /// Reads a package that is in memory.
    ///
    /// - Throws: `ModelPackageError` where it is not a whole package.
    public convenience init(bytes: [UInt8], source: String) throws {
        try self.init(.memory(AlignedBytes(copying: bytes)), source: source)
    }

    private init(_ storage: PackageStorage, source: String) throws {
        let header = try PackageHeader(parsing: storage.bytes, source: source)
        self.contentDigest = header.contentDigest
        self.statedDigest = header.metadata.digest
        self.metadataBytes = header.metadataBytes
        self.metadata = header.metadata
        self.table = header.tensors
        self.storage = storage
        self.source = source
        self.configuration = header.metadata.configuration
        self.weightsLabel = header.metadata.weights
        self.parameterCount = header.metadata.parameters
        self.digest = header.metadata.digest ?? header.contentDigest
        self.byteCount = storage.bytes.count
        (card, cardFlaw) =
            switch header.metadata.card {
            case .card(let card): (card, nil)
            case .unreadable(let flaw): (nil, flaw)
            case nil: (nil, nil)
            }
        self.tensors = Dictionary(uniqueKeysWithValues: header.tensors.map { ($0.name, $0) })
    }

    /// Reads the whole file and compares it with its digests.
    ///
    /// - Throws: `ModelPackageError` (`damaged`).
    public func verify() throws {
        let found = PackageDigest.hex(of: storage.bytes, upTo: storage.bytes.count)
        guard found == contentDigest else {
            throw ModelPackageError(
                .damaged,
                source: source,
                "its content does not fit its digest (\(found) instead of \(contentDigest)); copy or import it again"
            )
        }
        guard let statedDigest else { return }
        let decides = try ModelDigest.hex(metadata: metadataBytes) { take in
            for tensor in table {
                let bytes = storage.bytes[tensor.offset..<(tensor.offset + tensor.byteCount)]
                take(
                    .init(
                        name: tensor.name,
                        element: tensor.element,
                        shape: tensor.shape,
                        bytes: UnsafeRawBufferPointer(rebasing: bytes)
                    )
                )
            }
        }
        guard decides == statedDigest else {
            throw ModelPackageError(
                .damaged,
                source: source,
                "it says that it is the model \(statedDigest), but holds \(decides); import it again"
            )
        }
    }

    /// The same package with another card: weights, configuration and digest stay.
    ///
    /// - Returns: the bytes of the file.
    /// - Throws: `ModelPackageError` (`olderVersion`) for a package of version 0.1, which is named by all that is in it.
    public func bytes(with card: ModelCard) throws -> [UInt8] {
        guard statedDigest != nil else {
            throw ModelPackageError(
                .olderVersion,
                source: source,
                "it is of version 0.1 and named by its whole content, so a card would make it another model; import its weights again"
            )
        }
        return try PackageRewriter.file(storage.bytes, metadata: metadataBytes, tensorCount: table.count, card: card)
    }

    /// Sum of the packed bytes of all tensors whose names start with `prefix`.
    func packedByteCount(prefix: String) -> Int {
        tensors.values.reduce(0) { $0 + ($1.name.hasPrefix(prefix) ? $1.byteCount : 0) }
    }

    /// The same package with other scales of its values: another model, as scales decide predictions.
    ///
    /// - Parameter scales: ends of scales by name; those that were there go.
    /// - Returns: the bytes of the file.
    /// - Throws: `ModelPackageError`.
    func bytes(scales: [String: Float]) throws -> [UInt8] {
        var builder = PackageBuilder()
        for tensor in table where !isScale(tensor.name) {
            let bytes = storage.bytes[tensor.offset..<(tensor.offset + tensor.byteCount)]
            builder.add(tensor.name, tensor.element, tensor.shape, Array(bytes))
        }
        for (name, end) in scales { builder.add(name, [end]) }
        return try builder.build(metadata)
    }

    private func isScale(_ name: String) -> Bool {
        [Convolution.inputScaleSuffix, Convolution.outputScaleSuffix].contains { name.hasSuffix($0) }
    }

    /// What is wrong with its scales; nil where they can be used.
    ///
    /// - Throws: `ModelPackageError`, for a scale that is no single number.
    func scaleFlaw() throws -> String? {
        for tensor in table where isScale(tensor.name) {
            let end = try floats(tensor.name, count: 1)[0]
            guard Arithmetic.ends.contains(end) else {
                return "scale '\(tensor.name)' is \(end), not a number from 2^-64 to 2^64"
            }
            let suffix = Convolution.inputScaleSuffix
            guard tensor.name.hasSuffix(suffix), !tensor.name.hasSuffix(".conv1x1" + suffix) else { continue }
            let output = tensor.name.dropLast(suffix.count) + Convolution.outputScaleSuffix
            guard contains(String(output)) else { return "there is a scale '\(tensor.name)', but no '\(output)'" }
        }
        return nil
    }

    /// Whether it holds the scales that int8 needs.
    public var isCalibrated: Bool { table.contains { $0.name.hasSuffix(Convolution.inputScaleSuffix) } }

    /// Whether a tensor is there.
    func contains(_ name: String) -> Bool { tensors[name] != nil }

    /// The numbers of a tensor, valid as long as this object lives.
    ///
    /// - Throws: `ModelPackageError` (`incomplete`).
    func floats(_ name: String, count: Int) throws -> UnsafePointer<Float> {
        try pointer(name, .float32, count: count).assumingMemoryBound(to: Float.self)
    }

    /// The words of a tensor, valid as long as this object lives.
    ///
    /// - Throws: `ModelPackageError` (`incomplete`).
    func words(_ name: String, count: Int) throws -> UnsafePointer<UInt32> {
        try pointer(name, .words, count: count).assumingMemoryBound(to: UInt32.self)
    }

    private func pointer(_ name: String, _ element: PackedElement, count: Int) throws -> UnsafeRawPointer {
        guard let tensor = tensors[name] else {
            throw ModelPackageError(
                .incomplete,
                source: source,
                "holds no tensor '\(name)', which configuration '\(configuration.name)' needs; import the model again"
            )
        }
        guard tensor.element == element, tensor.count == count else {
            throw ModelPackageError(
                .incomplete,
                source: source,
                "tensor '\(name)' has shape \(tensor.shape), which configuration '\(configuration.name)' cannot use "
                    + "(\(count) elements expected); import the model again"
            )
        }
        return storage.bytes.baseAddress! + tensor.offset
    }
}

/// A package as the runtime knows it.
final class PackageParameters: ParameterSource {
    private let package: ModelPackage

    init(_ package: ModelPackage) { self.package = package }

    func floats(_ name: String, count: Int) throws -> UnsafePointer<Float> { try package.floats(name, count: count) }
    func words(_ name: String, count: Int) throws -> UnsafePointer<UInt32> { try package.words(name, count: count) }
    func contains(_ name: String) -> Bool { package.contains(name) }
}

/// What keeps a package's bytes.
private enum PackageStorage: Sendable {
    case mapped(MappedFile)
    case memory(AlignedBytes)

    /// Valid as long as the owner keeps this value.
    var bytes: UnsafeRawBufferPointer {
        switch self {
        case .mapped(let file): file.bytes
        case .memory(let bytes): bytes.bytes
        }
    }
}
