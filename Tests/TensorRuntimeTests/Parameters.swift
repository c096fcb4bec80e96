@testable import TensorRuntime

/// Parameters in memory.
final class Parameters: ParameterSource {
    struct Absent: Error {
        let name: String
    }

    private let floats: [String: AlignedBytes]
    private let words: [String: AlignedBytes]

    init(_ floats: [String: [Float]] = [:], words: [String: [UInt32]] = [:]) {
        self.floats = floats.mapValues { values in
            AlignedBytes(copying: values.withUnsafeBytes { Array($0) })
        }
        self.words = words.mapValues { values in
            AlignedBytes(copying: values.withUnsafeBytes { Array($0) })
        }
    }

    func floats(_ name: String, count: Int) throws -> UnsafePointer<Float> {
        guard let bytes = floats[name], bytes.count == count * 4 else { throw Absent(name: name) }
        return UnsafePointer(bytes.pointer.assumingMemoryBound(to: Float.self))
    }

    func words(_ name: String, count: Int) throws -> UnsafePointer<UInt32> {
        guard let bytes = words[name], bytes.count == count * 4 else { throw Absent(name: name) }
        return UnsafePointer(bytes.pointer.assumingMemoryBound(to: UInt32.self))
    }

    func contains(_ name: String) -> Bool { floats[name] != nil || words[name] != nil }
}
