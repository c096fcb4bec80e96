internal import SystemSupport

/// Collects tensors and writes a safetensors file.
///
/// ```swift
/// var writer = SafetensorsWriter(metadata: ["config": "flashocc-r50_BDC-T"])
/// try writer.add("occ", [UInt8](repeating: 17, count: 640_000), shape: [200, 200, 16])
/// try writer.write(to: "outputs.safetensors")
/// ```
///
/// Like the format's own library it orders tensors by falling size of their elements, then by name, and pads the header to a
/// multiple of 8 bytes, so that every tensor is aligned to its elements; the same tensors give the same bytes.
public struct SafetensorsWriter: Sendable {
    private struct Tensor {
        let name: String
        let typeName: String
        let elementByteCount: Int
        let shape: [Int]
        let bytes: [UInt8]
    }

    private var tensors: [Tensor] = []
    private var names: Set<String> = ["__metadata__"]
    private let metadata: [String: String]

    /// Starts an empty file.
    public init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// Adds a tensor from numbers in row-major order.
    ///
    /// - Throws: `ArrayFileError` where the name is taken or the shape does not fit.
    public mutating func add<Element: ArrayElement>(_ name: String, _ elements: [Element], shape: [Int]) throws {
        try add(name, elementType: Element.elementType, shape: shape, bytes: elements.withUnsafeBytes { Array($0) })
    }

    /// Adds a tensor from raw little-endian bytes in row-major order.
    ///
    /// - Throws: `ArrayFileError` where the name is taken, the type has no safetensors name, or the shape does not fit.
    public mutating func add(_ name: String, elementType: ArrayElementType, shape: [Int], bytes: [UInt8]) throws {
        guard let typeName = elementType.safetensorsName else {
            throw ArrayFileError(.unsupported, source: name, "safetensors files have no name for \(elementType)")
        }
        guard ArraySize.byteCount(shape: shape, elementByteCount: elementType.byteCount) == bytes.count else {
            throw ArrayFileError(
                .mismatch,
                source: name,
                "\(bytes.count) bytes do not fit shape \(shape) of \(elementType)"
            )
        }
        guard names.insert(name).inserted else {
            throw ArrayFileError(.mismatch, source: name, "a tensor of this name was added before")
        }
        tensors.append(
            Tensor(
                name: name,
                typeName: typeName,
                elementByteCount: elementType.byteCount,
                shape: shape,
                bytes: bytes
            )
        )
    }

    /// The bytes of the file.
    public func encoded() -> [UInt8] {
        let ordered = tensors.sorted { ($1.elementByteCount, $0.name) < ($0.elementByteCount, $1.name) }
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map {
                "\(JSONString.quoted($0.key)):\(JSONString.quoted($0.value))"
            }
            members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var position = 0
        for tensor in ordered {
            let axes = tensor.shape.map(String.init).joined(separator: ",")
            let end = position + tensor.bytes.count
            members.append(
                "\(JSONString.quoted(tensor.name)):{\"dtype\":\"\(tensor.typeName)\",\"shape\":[\(axes)],"
                    + "\"data_offsets\":[\(position),\(end)]}"
            )
            position = end
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        var file: [UInt8] = []
        file.reserveCapacity(8 + header.count + position)
        for shift in stride(from: 0, to: 64, by: 8) { file.append(UInt8(truncatingIfNeeded: header.count >> shift)) }
        file += header
        for tensor in ordered { file += tensor.bytes }
        return file
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Throws: `FileError` where the disk refuses.
    public func write(to path: String) throws {
        try AtomicFile.write(encoded(), to: path)
    }
}
