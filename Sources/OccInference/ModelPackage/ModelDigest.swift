internal import Foundation
internal import SystemSupport
internal import TensorRuntime

/// The digest of what decides predictions in a model package: the configuration and the tensors.
///
/// Where the weights came from, how the file is laid out and who wrote it are no part of it, so that the same weights imported from two
/// places are one model. Bytes in `docs/model-package.md`, "Model digest".
enum ModelDigest {
    private static let domain = "occ model 1"

    /// One tensor as it is digested.
    struct Tensor {
        var name: String
        var element: PackedElement
        var shape: [Int]
        var bytes: UnsafeRawBufferPointer
    }

    /// 64 hexadecimal digits.
    ///
    /// - Parameters:
    ///   - metadata: the package's JSON, of which `configuration` counts.
    ///   - tensors: lends each tensor in the order of the names' bytes.
    /// - Throws: where the JSON cannot be read.
    static func hex(metadata: [UInt8], tensors: (_ take: (Tensor) -> Void) -> Void) throws -> String {
        struct Part: Decodable {
            var configuration: JSONTree
        }
        let configuration = try JSONDecoder().decode(Part.self, from: Data(metadata)).configuration
        let digest = SHA256()
        add(domain, to: digest)
        add(configuration, to: digest)
        tensors { tensor in
            add(tensor.name, to: digest)
            add(UInt64(tensor.element.rawValue), to: digest)
            add(UInt64(tensor.shape.count), to: digest)
            for axis in tensor.shape { add(UInt64(axis), to: digest) }
            digest.update(tensor.bytes)
        }
        return digest.finishHex()
    }

    /// Whether a text is a digest.
    static func isValid(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    private static func add(_ value: UInt64, to digest: SHA256) {
        withUnsafeBytes(of: value.littleEndian) { digest.update($0) }
    }

    private static func add(_ text: String, to digest: SHA256) {
        add(UInt64(text.utf8.count), to: digest)
        digest.update(text)
    }

    /// A kind and a value; what JSON leaves open, such as spaces, order of keys and digits of numbers, does not count.
    private static func add(_ tree: JSONTree, to digest: SHA256) {
        switch tree {
        case .null: add("null", to: digest)
        case .boolean(let value): add(value ? "true" : "false", to: digest)
        case .number(let value):
            add("number", to: digest)
            // 0 and -0 are one number.
            add((value == 0 ? 0 : value).bitPattern, to: digest)
        case .text(let value):
            add("text", to: digest)
            add(value, to: digest)
        case .list(let values):
            add("list", to: digest)
            add(UInt64(values.count), to: digest)
            for value in values { add(value, to: digest) }
        case .object(let members):
            // What is not there and what is null are the same to a reader of optional keys.
            let present = members.filter { $0.value != .null }
            add("object", to: digest)
            add(UInt64(present.count), to: digest)
            for key in present.keys.sorted(by: { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }) {
                add(key, to: digest)
                add(present[key] ?? .null, to: digest)
            }
        }
    }
}
