/// Reads JSON of one kind by a scanner, and says what is wrong in words of its own.
public protocol JSONReader {
    associatedtype Failure: Error
    var scanner: JSONScanner { get set }
    /// An error for what the scanner found at its place.
    func failure(_ flaw: JSONScanner.Flaw) -> Failure
}

extension JSONReader {
    /// Takes one step of the scanner.
    @inlinable public mutating func scan<Value>(
        _ step: (inout JSONScanner) throws(JSONScanner.Flaw) -> Value
    ) throws(Failure) -> Value {
        do throws(JSONScanner.Flaw) { return try step(&scanner) } catch { throw failure(error) }
    }

    /// Reads an object; `member` must read the value of each key.
    @inlinable public mutating func object(
        _ member: (inout Self, _ key: String) throws(Failure) -> Void
    ) throws(Failure) {
        guard try scan({ scanner throws(JSONScanner.Flaw) in try scanner.open("{") }) else { return }
        repeat {
            let key = try scan { scanner throws(JSONScanner.Flaw) in try scanner.key() }
            try member(&self, key)
        } while try scan { scanner throws(JSONScanner.Flaw) in try scanner.goesOn(in: "{") }
    }

    /// Reads an array; `element` must read each value.
    @inlinable public mutating func array(_ element: (inout Self) throws(Failure) -> Void) throws(Failure) {
        guard try scan({ scanner throws(JSONScanner.Flaw) in try scanner.open("[") }) else { return }
        repeat {
            try element(&self)
        } while try scan { scanner throws(JSONScanner.Flaw) in try scanner.goesOn(in: "[") }
    }

    /// Reads a string.
    @inlinable public mutating func string() throws(Failure) -> String {
        try scan { scanner throws(JSONScanner.Flaw) in try scanner.string() }
    }

    /// Checks that nothing but white space is left.
    @inlinable public mutating func finish() throws(Failure) {
        try scan { scanner throws(JSONScanner.Flaw) in try scanner.finish() }
    }
}
