import Foundation

/// `--name value` pairs of the command line.
struct Options: Sendable {
    private var values: [String: String] = [:]

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else { throw Failure("what is \"\(name)\"?") }
            values[String(name.dropFirst(2))] = value
        }
    }

    func text(_ name: String, _ fallback: String? = nil) throws -> String {
        guard let value = values[name] ?? fallback else { throw Failure("--\(name) is missing") }
        return value
    }

    func number(_ name: String, _ fallback: Int) throws -> Int {
        guard let text = values[name] else { return fallback }
        guard let number = Int(text), number >= 0 else { throw Failure("--\(name) \(text) is not a number") }
        return number
    }

    func seconds(_ name: String, _ fallback: Double) throws -> Double {
        guard let text = values[name] else { return fallback }
        guard let number = Double(text), number >= 0 else { throw Failure("--\(name) \(text) is not a number") }
        return number
    }
}

/// Why a measurement cannot be made.
struct Failure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
