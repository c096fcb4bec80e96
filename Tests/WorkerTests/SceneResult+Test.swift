import JobQueue

@testable import Worker

extension SceneResult {
    /// A result whose content does not matter.
    static let test = SceneResult(fileName: "f", byteCount: 1, sampleCount: 1, digest: "d")
}

extension SceneWorkReport {
    /// The result of work that was finished.
    var result: SceneResult? {
        if case .finished(let result) = outcome { result } else { nil }
    }
}
