/// One run that the suite submitted, as the suite remembers it.
final class ChaosRun {
    let name: String
    let output: String
    /// Scenes that were submitted.
    let sceneCount: Int
    /// Acceptances that the suite itself made necessary, by scene: `verify --requeue` after it damaged a file.
    var requeued: [String: Int] = [:]
    /// Files of superseded leases that `gc` must remove.
    var expectedGarbage: [String] = []
    var isSubmitted = false

    init(name: String, output: String, sceneCount: Int) {
        self.name = name
        self.output = output
        self.sceneCount = sceneCount
    }
}
