internal import Foundation
public import Scenes

/// Counts that are stored as bytes, and in JSON as Base64.
public protocol StoredCounts: Codable {
    /// What the counts are called in an error.
    static var storedName: String { get }

    /// The counts in a compact form.
    func encoded() -> [UInt8]

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    init(decoding bytes: [UInt8]) throws
}

extension StoredCounts {
    /// `encoded()` in Base64, for JSON.
    public var base64: String { Data(encoded()).base64EncodedString() }

    /// Reads what `base64` gave.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`).
    public init(base64: String) throws {
        guard let data = Data(base64Encoded: base64) else { throw Self.refusal("not Base64") }
        try self.init(decoding: [UInt8](data))
    }

    /// Reads the Base64 form.
    public init(from decoder: any Decoder) throws {
        try self.init(base64: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the Base64 form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(base64)
    }

    /// The error for bytes that no writer made.
    public static func refusal(_ found: String) -> EvaluationError {
        EvaluationError(
            .invalidEncoding,
            source: storedName,
            "\(found); they are damaged or of another program: score the scene again"
        )
    }

    /// Reads bytes behind a head, all of them.
    ///
    /// - Throws: `EvaluationError` (`invalidEncoding`) for what `body` finds wrong, and for bytes that it leaves.
    public static func reading<Value>(
        _ bytes: ArraySlice<UInt8>,
        _ body: (inout ByteReader) throws -> Value
    ) throws -> Value {
        var reader = ByteReader(bytes)
        do {
            let value = try body(&reader)
            try reader.finish()
            return value
        } catch let failure as ByteReader.Failure {
            throw refusal("\(failure)")
        }
    }
}
