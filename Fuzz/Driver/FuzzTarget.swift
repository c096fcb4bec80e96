/// One parser under test.
struct FuzzTarget: Sendable {
    /// What the command line and the corpus folder call it.
    let name: String
    /// Judges one input; ends the process where a promise is broken.
    let run: @Sendable ([UInt8]) throws -> Void
    /// Good inputs of this project's own making, from which libFuzzer starts.
    let seeds: @Sendable () throws -> [[UInt8]]

    /// Every target.
    static let all: [FuzzTarget] = [
        .sceneFile, .lz4, .npy, .npz, .safetensors, .modelPackage, .card, .rows, .tables, .datasetManifest, .jpeg, .png,
        .payload,
        .counts,
        .manifest, .archive, .identity, .detections, .names, .settings, .mcap, .messages, .importLog, .http,
    ]
}

/// Ends the process, which libFuzzer takes for a crash, where a promise is broken.
func demand(_ condition: @autoclosure () throws -> Bool, _ promise: @autoclosure () -> String) {
    do {
        if try condition() { return }
    } catch {
        fatalError("\(promise()): \(error)")
    }
    fatalError(promise())
}

/// The value, or nil where the input is refused with an error: that is what parsers are for.
func accepted<Value>(_ body: () throws -> Value) -> Value? {
    try? body()
}

/// Takes an input apart, front to back.
struct InputReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// A piece whose length (16 bits) stands before it; shorter where the input ends.
    mutating func piece() -> [UInt8] {
        let count = Int(byte()) | Int(byte()) << 8
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}

/// A piece as `InputReader.piece` reads it.
func piece(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8(truncatingIfNeeded: bytes.count), UInt8(truncatingIfNeeded: bytes.count >> 8)] + bytes
}
