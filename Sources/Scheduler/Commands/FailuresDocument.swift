internal import Foundation
internal import JobQueue

/// What `failures --json` prints; the keys are part of the command's contract.
struct FailuresDocument: Encodable {
    struct Scene: Encodable {
        let scene: String
        let state: String
        let errors: Int
        let crashes: Int
        let host: String
        let occurredAt: Date
        let lastError: String
    }

    let run: String
    let failures: [Scene]
    /// What keeps scenes waiting without any of them being at fault.
    let remarks: [String]

    init(run: String, records: [FailureRecord], remarks: [String]) {
        self.run = run
        self.remarks = remarks
        failures = records.map { record in
            Scene(
                scene: record.sceneName,
                state: record.state.rawValue,
                errors: record.errors,
                crashes: record.crashes,
                host: record.host,
                occurredAt: record.occurredAt,
                lastError: record.lastError
            )
        }
    }

    /// The document as JSON text with sorted keys and ISO 8601 dates.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
