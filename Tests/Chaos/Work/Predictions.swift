import ArrayFiles
import Foundation
import Storage

/// The decoded predictions of accepted files.
struct Predictions {
    /// Label bytes by sample token.
    private(set) var samples: [String: [UInt8]] = [:]

    /// Decodes one scene file.
    mutating func add(file path: String) throws {
        let reader = try SceneFileReader(path: path)
        for entry in reader.entries {
            guard samples.updateValue(try reader.sample(entry).occupancy().bytes, forKey: entry.token) == nil else {
                throw ChaosFailure("sample \(entry.token) stands in two accepted files, one of them \(path)")
            }
        }
    }

    /// What differs from others; nil where nothing does.
    func difference(from other: Predictions) -> String? {
        let missing = Set(other.samples.keys).subtracting(samples.keys)
        guard missing.isEmpty else { return "\(missing.count) samples are missing" }
        let surplus = Set(samples.keys).subtracting(other.samples.keys)
        guard surplus.isEmpty else { return "\(surplus.count) samples are unknown" }
        let different = samples.count { other.samples[$0.key] != $0.value }
        return different == 0 ? nil : "the decoded predictions of \(different) samples differ"
    }

    /// Whether one file gives nothing but right labels or an error: what holds of a damaged one too.
    func agreesOrFails(file path: String) -> Bool {
        guard let reader = try? SceneFileReader(path: path) else { return true }
        return reader.entries.allSatisfy { entry in
            guard let sample = try? reader.sample(entry).occupancy().bytes else { return true }
            return sample == samples[entry.token]
        }
    }
}
