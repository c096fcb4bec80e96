internal import SystemSupport

/// Named arrays of a `.npz` file (a zip archive of `.npy` files), in their order.
///
/// ```swift
/// var archive = NPZArchive()
/// archive["semantics"] = NPYArray(labels, shape: [200, 200, 16])
/// try archive.write(to: "labels.npz")
/// let labels = try NPZArchive(contentsOf: "labels.npz", only: ["semantics"])
///     .elements(of: "semantics", as: UInt8.self, shape: [200, 200, 16])
/// ```
///
/// Files are read as untrusted input: names, counts and sizes are checked before anything is allocated, and checksums are
/// verified. The same arrays always give the same bytes.
public struct NPZArchive: Equatable, Sendable {
    /// Bounds on what a file may hold.
    public struct Limits: Equatable, Sendable {
        /// Most entries of the archive, read or not.
        public var entries: Int
        /// Most bytes of one array file, uncompressed.
        public var arrayBytes: Int
        /// Most bytes of all arrays that are read, uncompressed.
        public var totalBytes: Int

        /// Makes limits; the defaults suit label files with room to spare.
        public init(entries: Int = 1024, arrayBytes: Int = 1 << 30, totalBytes: Int = 1 << 31) {
            self.entries = entries
            self.arrayBytes = arrayBytes
            self.totalBytes = totalBytes
        }
    }

    /// How entries are stored.
    public enum Compression: Equatable, Sendable {
        /// As they are, like `numpy.savez`.
        case stored
        /// Deflated at zlib's level 1 to 9, like `numpy.savez_compressed` (6).
        case deflated(level: Int = 6)
    }

    /// Where the archive came from, for error texts.
    public let source: String
    /// Names without `.npy`, in the order of the archive.
    public private(set) var names: [String] = []
    private var arrays: [String: NPYArray] = [:]

    /// Makes an empty archive.
    public init() {
        source = "archive"
    }

    /// Reads a `.npz` file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - only: the names to read, nil for all; names the file lacks are not an error here.
    ///   - limits: bounds on what the file may hold.
    /// - Throws: `FileError` where the file cannot be read, `ArrayFileError` where its content is wrong.
    public init(contentsOf path: String, only: Set<String>? = nil, limits: Limits = Limits()) throws {
        let file = try MappedFile(path: path)
        try self.init(decoding: file.bytes, source: path, only: only, limits: limits)
        withExtendedLifetime(file) {}
    }

    /// Reads the bytes of a `.npz` file; see `init(contentsOf:only:limits:)`.
    public init(
        decoding bytes: [UInt8],
        source: String,
        only: Set<String>? = nil,
        limits: Limits = Limits()
    ) throws {
        self = try bytes.withUnsafeBytes {
            try NPZArchive(decoding: $0, source: source, only: only, limits: limits)
        }
    }

    /// Reads a `.npz` file from a buffer; see `init(contentsOf:only:limits:)`.
    public init(
        decoding bytes: UnsafeRawBufferPointer,
        source: String,
        only: Set<String>? = nil,
        limits: Limits = Limits()
    ) throws {
        self.source = source
        let reader = try ZipReader(bytes, source: source)
        let count = reader.entryCount
        guard count <= limits.entries else {
            throw ArrayFileError(.tooLarge, source: source, "\(count) entries, at most \(limits.entries) are read")
        }
        var total = 0
        for index in 0..<count {
            let entry = try reader.entry(index)
            guard entry.name.hasSuffix(".npy") else {
                // numpy writes nothing else; whatever it is, it is not an array.
                continue
            }
            let name = String(entry.name.dropLast(4))
            if let only, !only.contains(name) { continue }
            let entrySource = "\(source)[\(name)]"
            guard arrays[name] == nil else {
                throw ArrayFileError(.malformed, source: entrySource, "the archive holds this name twice")
            }
            guard entry.byteCount <= limits.arrayBytes, total + entry.byteCount <= limits.totalBytes else {
                throw ArrayFileError(
                    .tooLarge,
                    source: entrySource,
                    "\(entry.byteCount) bytes exceed the limit of \(limits.arrayBytes) an array or "
                        + "\(limits.totalBytes) in all"
                )
            }
            total += entry.byteCount
            let content = try reader.content(of: entry, source: entrySource)
            self[name] = try NPYArray(decoding: content, source: entrySource, byteLimit: limits.arrayBytes)
        }
    }

    /// The array of a name; setting nil removes it, setting a new name appends it.
    public subscript(name: String) -> NPYArray? {
        get { arrays[name] }
        set {
            if arrays[name] == nil, newValue != nil { names.append(name) }
            if newValue == nil { names.removeAll { $0 == name } }
            arrays[name] = newValue
        }
    }

    /// The array of a name.
    ///
    /// - Throws: `ArrayFileError` (`missing`), naming what is there.
    public func array(named name: String) throws -> NPYArray {
        guard let array = arrays[name] else {
            throw ArrayFileError(
                .missing,
                source: source,
                "holds no array '\(name)'; it holds \(names.joined(separator: ", "))"
            )
        }
        return array
    }

    /// The elements of a named array, checked for type and shape.
    ///
    /// - Throws: `ArrayFileError` (`missing`, `mismatch`).
    public func elements<Element: ArrayElement>(
        of name: String,
        as type: Element.Type,
        shape: [Int]
    ) throws -> [Element] {
        try array(named: name).elements(as: type, shape: shape, source: "\(source)[\(name)]")
    }

    /// The bytes of the `.npz` file.
    ///
    /// - Throws: `ArrayFileError`, where an array's type has no `.npy` name or the zip library fails.
    public func encoded(_ compression: Compression = .deflated()) throws -> [UInt8] {
        let entries = try names.map { (name: $0 + ".npy", content: try arrays[$0]!.encoded()) }
        return try ZipWriter.archive(entries, compression: compression)
    }

    /// Writes the `.npz` file, whole or not at all.
    ///
    /// - Throws: as `encoded(_:)`, and `FileError` where the disk refuses.
    public func write(to path: String, _ compression: Compression = .deflated()) throws {
        try AtomicFile.write(try encoded(compression), to: path)
    }
}
