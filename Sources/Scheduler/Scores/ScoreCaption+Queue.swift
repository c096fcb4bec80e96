internal import JobQueue
internal import RunContract
internal import Scoring

extension ScoreCaption {
    /// The caption of a run that is known from the queue.
    ///
    /// - Throws: `RunContractError` for settings that cannot be read.
    init(_ status: RunStatus) throws {
        let settings = try RunSettings(json: status.settings, run: status.name)
        self.init(
            dataset: settings.datasetVersion,
            split: settings.split,
            model: settings.modelConfiguration,
            expectedSamples: status.counts.samplesTotal
        )
    }
}
