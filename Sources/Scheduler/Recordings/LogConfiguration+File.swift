internal import CommandSupport
internal import Datasets
internal import Foundation

extension LogConfiguration {
    /// The largest file that is read, bytes.
    private static let mostBytes = 1 << 20

    /// Reads a configuration; keys that are not known are errors.
    ///
    /// - Throws: `CommandFailure` that names the file and the key.
    static func read(_ path: String) throws -> LogConfiguration {
        func failure(_ text: String) -> CommandFailure { CommandFailure(.configuration, "'\(path)': \(text)") }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw failure("cannot read it: \(error.localizedDescription)")
        }
        guard data.count <= mostBytes else { throw failure("\(data.count) bytes, at most \(mostBytes) are read") }
        let whole: Any
        do { whole = try JSONSerialization.jsonObject(with: data) } catch {
            throw failure("no JSON: \((error as NSError).userInfo[NSDebugDescriptionErrorKey] ?? error)")
        }
        guard let object = whole as? [String: Any] else { throw failure("it is no object of JSON") }
        try judge(object, keys.whole, "", failure)
        for (name, camera) in object["cameras"] as? [String: Any] ?? [:] {
            guard let camera = camera as? [String: Any] else { throw failure("cameras.\(name): it is no object") }
            try judge(camera, keys.camera, "cameras.\(name).", failure)
        }
        do { return try JSONDecoder().decode(LogConfiguration.self, from: data) } catch let error as DecodingError {
            throw failure(text(of: error))
        }
    }

    private static func judge(
        _ object: [String: Any],
        _ known: [String],
        _ place: String,
        _ failure: (String) -> CommandFailure
    ) throws {
        for key in object.keys.sorted() where !known.contains(key) {
            throw failure("the key \(place)\(key) is not known; known are \(known.joined(separator: ", "))")
        }
    }

    private static func text(of error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            let whole = context.codingPath.isEmpty ? key.stringValue : "\(place(context)).\(key.stringValue)"
            return "the key \(whole) is missing (docs/import-log.md)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(place(context)): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }

    /// The configuration as JSON text with sorted keys.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
