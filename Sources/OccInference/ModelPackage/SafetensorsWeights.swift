public import ArrayFiles

/// Weights from a safetensors file with the published `state_dict` names.
///
/// Taken as they are meant, because there is only one meaning: names that all begin with what a wrapper puts there (`module.`, `ema_`,
/// `state_dict.`), and half-precision numbers, each of which is a number in single precision too.
public struct SafetensorsWeights: WeightSource {
    /// Endings of names that a checkpoint may hold and no network reads.
    static let ignoredSuffixes = [".num_batches_tracked"]
    /// What wrappers put before the names of what they wrap.
    static let wrapperPrefixes = ["module.", "ema_", "state_dict."]

    private let file: SafetensorsFile
    /// What stands before every name in the file.
    private let prefix: String

    /// Opens a file.
    ///
    /// - Throws: `FileError` or `ArrayFileError`.
    public init(path: String) throws {
        self.init(try SafetensorsFile(path: path))
    }

    /// Reads weights from an open file.
    public init(_ file: SafetensorsFile) {
        self.file = file
        prefix = Self.commonPrefix(of: file.names)
    }

    /// The wrappers' prefixes that every name begins with, one after the other.
    static func commonPrefix(of names: [String]) -> String {
        guard !names.isEmpty else { return "" }
        var common = ""
        while let next = wrapperPrefixes.first(where: { part in names.allSatisfy { $0.hasPrefix(common + part) } }) {
            common += next
        }
        return common
    }

    /// The file's path.
    public var label: String { file.source }

    /// All tensors but counters that only training reads.
    public var inventory: [String: [Int]]? {
        var shapes: [String: [Int]] = [:]
        for name in file.names where !Self.ignoredSuffixes.contains(where: name.hasSuffix) {
            shapes[String(name.dropFirst(prefix.count))] = try? file.tensor(named: name).shape
        }
        return shapes
    }

    /// What was taken otherwise than it stands there.
    public var remarks: [String] {
        var remarks: [String] = []
        if !prefix.isEmpty { remarks.append("every name begins with '\(prefix)', which was taken off") }
        for type in [ArrayElementType.float16, .bfloat16] {
            let count = file.names.count { (try? file.tensor(named: $0).elementType) == type }
            if count > 0 {
                remarks.append("\(count) tensors are \(type) and were widened to float32, which changes no value")
            }
        }
        return remarks
    }

    /// The values of a tensor; see `WeightSource`.
    public func values(of tensor: TensorSpec) throws -> [Float] {
        let name = prefix + tensor.name
        let found = try file.tensor(named: name)
        guard found.shape == tensor.shape, [.float16, .bfloat16].contains(found.elementType) else {
            return try file.elements(of: name, as: Float.self, shape: tensor.shape)
        }
        return try file.withBytes(of: name) { bytes in
            (0..<found.count).map { index in
                let bits = bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self).littleEndian
                return found.elementType == .bfloat16
                    ? Float(bitPattern: UInt32(bits) << 16) : Float(Float16(bitPattern: bits))
            }
        }
    }
}
