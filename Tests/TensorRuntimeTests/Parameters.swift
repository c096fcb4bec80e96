@testable import TensorRuntime

/// Parameters in memory.
final class Parameters: ParameterSource {
    struct Absent: Error {
        let name: String
    }

    private let floats: [String: AlignedBytes]

    init(_ floats: [String: [Float]] = [:]) {
        self.floats = floats.mapValues { values in
            AlignedBytes(copying: values.withUnsafeBytes { Array($0) })
        }
    }

    func floats(_ name: String, count: Int) throws -> UnsafePointer<Float> {
        guard let bytes = floats[name], bytes.count == count * 4 else { throw Absent(name: name) }
        return UnsafePointer(bytes.pointer.assumingMemoryBound(to: Float.self))
    }

    func words(_ name: String, count: Int) throws -> UnsafePointer<UInt32> { throw Absent(name: name) }
    func contains(_ name: String) -> Bool { floats[name] != nil }
}
