/// What a submission must keep, checked before the database sees it.
extension RunSubmission {
    /// Checks names and numbers; `JobQueue.submit` does so too.
    ///
    /// - Throws: `JobQueueError.invalidSubmission`.
    public func validate() throws(JobQueueError) {
        try checkName(name, of: "run name", mayBeginWithDot: false)
        guard !kind.isEmpty, kind.utf8.count <= 128, !kind.utf8.contains(0) else {
            throw .invalidSubmission("kind \(kind.debugDescription) must have 1 to 128 bytes")
        }
        guard (0...Int(Int32.max)).contains(formatVersion) else {
            throw .invalidSubmission("format version \(formatVersion) must not be negative")
        }
        guard (-1000...1000).contains(priority) else {
            throw .invalidSubmission("priority \(priority) of run \"\(name)\" must lie in -1000...1000")
        }
        guard (1...100).contains(maximumAttempts) else {
            throw .invalidSubmission("maximum attempts \(maximumAttempts) of run \"\(name)\" must lie in 1...100")
        }
        guard settings.utf8.count <= 1 << 20, !settings.utf8.contains(0), SettingsComparison.isObject(settings) else {
            throw .invalidSubmission("the settings of run \"\(name)\" must be a JSON object of at most 1 MiB")
        }
    }
}

extension SceneSubmission {
    /// The numbers as the table stores them.
    func validated() throws(JobQueueError) -> (priority: Int32, sampleCount: Int32) {
        try checkName(name, of: "scene name", mayBeginWithDot: true)
        guard let priority = Int32(exactly: priority) else {
            throw .invalidSubmission("priority \(priority) of scene \"\(name)\" must fit in 32 bits")
        }
        guard let sampleCount = Int32(exactly: sampleCount), sampleCount >= 0 else {
            throw .invalidSubmission("sample count \(sampleCount) of scene \"\(name)\" must lie in 0...2147483647")
        }
        guard payload.count <= JobQueue.maximumPayloadBytes else {
            throw .invalidSubmission(
                "the payload of scene \"\(name)\" has \(payload.count) bytes; at most \(JobQueue.maximumPayloadBytes) are"
                    + " stored"
            )
        }
        return (priority, sampleCount)
    }
}

/// Names become parts of paths.
private func checkName(_ name: String, of what: String, mayBeginWithDot: Bool) throws(JobQueueError) {
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    guard (1...128).contains(name.utf8.count), name.allSatisfy(allowed.contains), name != ".", name != "..",
        mayBeginWithDot || !(name.hasPrefix(".") || name.hasPrefix("-"))
    else {
        throw .invalidSubmission(
            "\(what) \(name.debugDescription) must be 1 to 128 of A-Z a-z 0-9 . _ -"
                + (mayBeginWithDot ? "" : ", not beginning with a dot or dash")
        )
    }
}
