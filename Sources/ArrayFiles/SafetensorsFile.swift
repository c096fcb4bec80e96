internal import SystemSupport

/// A safetensors file, mapped into memory: tensors are read in place.
///
/// ```swift
/// let file = try SafetensorsFile(path: "state_dict.safetensors")
/// for name in file.names { print(name, try file.tensor(named: name).shape) }
/// let weights = try file.elements(of: "img_backbone.conv1.weight", as: Float.self, shape: [64, 3, 7, 7])
/// ```
///
/// The header is untrusted: its length, every name, type, shape and range are checked when the file is opened, and the
/// ranges must cover the data exactly, without holes and overlaps, as the format demands.
///
/// Format: <https://huggingface.co/docs/safetensors>.
public final class SafetensorsFile: Sendable {
    /// What the header says of one tensor.
    public struct Tensor: Equatable, Sendable {
        /// Its name.
        public let name: String
        /// The type of its elements.
        public let elementType: ArrayElementType
        /// Lengths of its axes, slowest first; empty for a scalar.
        public let shape: [Int]
        /// Where its bytes lie in the file's data (not in the file).
        public let range: Range<Int>

        /// Number of elements.
        public var count: Int { shape.reduce(1, *) }
    }

    /// The path, or a name for bytes in memory.
    public let source: String
    /// Free text of the file's writer.
    public let metadata: [String: String]
    /// All names, sorted.
    public let names: [String]

    private let tensors: [String: Tensor]
    private let dataOffset: Int
    private let storage: Storage

    private enum Storage {
        case mapped(MappedFile)
        case memory([UInt8])
    }

    /// Maps a file and checks its header.
    ///
    /// - Throws: `FileError` where it cannot be mapped, `ArrayFileError` where its content is wrong.
    public convenience init(path: String) throws {
        let file = try MappedFile(path: path)
        try self.init(.mapped(file), header: try SafetensorsHeader(parsing: file.bytes, source: path), source: path)
    }

    /// Reads a file that is already in memory.
    ///
    /// - Throws: `ArrayFileError` where its content is wrong.
    public convenience init(bytes: [UInt8], source: String) throws {
        let header = try bytes.withUnsafeBytes { try SafetensorsHeader(parsing: $0, source: source) }
        try self.init(.memory(bytes), header: header, source: source)
    }

    private init(_ storage: Storage, header: SafetensorsHeader, source: String) throws {
        self.storage = storage
        self.source = source
        self.metadata = header.metadata
        self.dataOffset = header.dataOffset
        self.tensors = Dictionary(uniqueKeysWithValues: header.tensors.map { ($0.name, $0) })
        self.names = header.tensors.map(\.name).sorted()
    }

    /// Whether a tensor of this name is there.
    public func contains(_ name: String) -> Bool {
        tensors[name] != nil
    }

    /// Looks up a tensor.
    ///
    /// - Throws: `ArrayFileError` (`missing`).
    public func tensor(named name: String) throws -> Tensor {
        guard let tensor = tensors[name] else {
            throw ArrayFileError(
                .missing,
                source: source,
                "holds no tensor '\(name)' among its \(names.count)"
            )
        }
        return tensor
    }

    /// Lends the bytes of a tensor: little endian, row-major, of any alignment.
    ///
    /// - Throws: `ArrayFileError` (`missing`), and what `body` throws.
    public func withBytes<Result>(
        of name: String,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let tensor = try tensor(named: name)
        func lend(_ file: UnsafeRawBufferPointer) throws -> Result {
            let start = dataOffset + tensor.range.lowerBound
            return try body(UnsafeRawBufferPointer(rebasing: file[start..<(start + tensor.range.count)]))
        }
        switch storage {
        case .mapped(let file): return try withExtendedLifetime(file) { try lend(file.bytes) }
        case .memory(let bytes): return try bytes.withUnsafeBytes { try lend($0) }
        }
    }

    /// The elements of a tensor, in row-major order.
    ///
    /// - Throws: `ArrayFileError` (`missing`, `mismatch`); `BOOL` may be read as `UInt8`.
    public func elements<Element: ArrayElement>(of name: String, as type: Element.Type) throws -> [Element] {
        let tensor = try tensor(named: name)
        guard
            tensor.elementType == Element.elementType
                || (tensor.elementType == .bool && Element.elementType == .uint8)
        else {
            throw ArrayFileError(
                .mismatch,
                source: "\(source)[\(name)]",
                "holds \(tensor.elementType) elements, expected \(Element.elementType)"
            )
        }
        return try withBytes(of: name) { copyElements($0, as: type) }
    }

    /// The elements of a tensor, checked to have this very shape.
    ///
    /// - Throws: `ArrayFileError` (`missing`, `mismatch`).
    public func elements<Element: ArrayElement>(
        of name: String,
        as type: Element.Type,
        shape: [Int]
    ) throws -> [Element] {
        let found = try tensor(named: name).shape
        guard found == shape else {
            throw ArrayFileError(.mismatch, source: "\(source)[\(name)]", "has shape \(found), expected \(shape)")
        }
        return try elements(of: name, as: type)
    }
}
