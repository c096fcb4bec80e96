internal import Foundation

/// Compares the settings of two submissions as JSON: order of keys and spacing do not matter.
enum SettingsComparison {
    /// Names what differs, nil if nothing does.
    static func difference(stored: String, submitted: String) -> String? {
        guard stored != submitted else { return nil }
        guard let old = object(stored), let new = object(submitted) else { return "other settings" }
        guard !(old as NSDictionary).isEqual(new) else { return nil }
        let keys = Set(old.keys).union(new.keys).sorted().filter { key in
            guard let a = old[key] as? NSObject, let b = new[key] as? NSObject else { return true }
            return !a.isEqual(b)
        }
        let shown = keys.prefix(5).map { "\($0) = \(text(old[$0])) (now \(text(new[$0])))" }
        return "other settings: " + shown.joined(separator: ", ") + (keys.count > 5 ? ", ..." : "")
    }

    /// Whether a text is a JSON object.
    static func isObject(_ text: String) -> Bool { object(text) != nil }

    private static func object(_ text: String) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
    }

    private static func text(_ value: Any?) -> String {
        guard let value else { return "absent" }
        let data = try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
        return String(String(decoding: data ?? Data(), as: UTF8.self).prefix(80))
    }
}
