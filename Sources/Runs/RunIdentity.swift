internal import Foundation
internal import SystemSupport

/// The name of a run, derived from what defines it.
public enum RunIdentity {
    /// The name of the run with these settings: `<split>-<configuration>-<10 hexadecimal digits>`.
    ///
    /// The digits are a SHA-256 of dataset root, version, split, model digest, precision and output folder; where the model
    /// file lies and how often errors are retried do not make another run. The name is safe as a file name.
    public static func name(of settings: RunSettings) -> String {
        let digest = SHA256()
        for part in [
            settings.datasetRoot, settings.datasetVersion, settings.split, settings.modelDigest,
            settings.precision.rawValue, settings.outputDirectory,
        ] {
            digest.update(part + "\u{0}")
        }
        let readable = "\(settings.split)-\(settings.modelConfiguration)"
        let safe = readable.unicodeScalars.map { scalar -> Character in
            let isSafe =
                scalar.isASCII && (CharacterSet.alphanumerics.contains(scalar) || "._-".unicodeScalars.contains(scalar))
            return isSafe ? Character(scalar) : "-"
        }
        let trimmed = String(safe).drop { $0 == "." || $0 == "-" }.prefix(80)
        return "\(trimmed)-\(digest.finishHex().prefix(10))"
    }
}
