internal import Foundation
internal import SystemSupport

/// The name of a run, derived from what defines it.
public enum RunIdentity {
    /// The name of the run with these settings: `<split>-<configuration>-<10 hexadecimal digits>`.
    ///
    /// The digits are a SHA-256 of dataset root, version, split, what decides predictions (`PredictionIdentity`) and output folder; where
    /// the model file lies and how often errors are retried do not make another run. The name is safe as a file name.
    public static func name(of settings: RunSettings) -> String {
        name(
            split: settings.split,
            model: settings.modelConfiguration,
            parts: [settings.datasetRoot, settings.datasetVersion, settings.split] + settings.identity.nameParts
                + [settings.outputDirectory]
                + (settings.datasetKind == RunSettings.formerDatasetKind ? [] : [settings.datasetKind])
        )
    }

    /// The name of a run that these texts define.
    public static func name(split: String, model: String, parts: [String]) -> String {
        let digest = SHA256()
        for part in parts { digest.update(part + "\u{0}") }
        let readable = "\(split)-\(model)"
        let safe = readable.unicodeScalars.map { scalar -> Character in
            let isSafe =
                scalar.isASCII && (CharacterSet.alphanumerics.contains(scalar) || "._-".unicodeScalars.contains(scalar))
            return isSafe ? Character(scalar) : "-"
        }
        let trimmed = String(safe).drop { $0 == "." || $0 == "-" }.prefix(80)
        return "\(trimmed)-\(digest.finishHex().prefix(10))"
    }
}
