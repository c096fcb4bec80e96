internal import OccInference
internal import Storage

/// The LZ4 level of a network's predictions: the smallest files for less than a hundredth of a frame's time.
///
/// It follows from the network alone and never from a clock, so that the same predictions are the same bytes on every host. Sizes and
/// times in `docs/scene-file.md`.
enum StorageLevel {
    /// Multiply-accumulates in full precision of networks that take a second or more a frame on a fast core.
    static let slowNetworkMACs = 60_000_000_000
    /// Some 10 to 16 ms a sample.
    static let slowNetworkLevel = 8

    /// The level for a network.
    static func of(_ configuration: NetworkConfiguration) -> Int {
        guard let totals = try? ModelDescription(configuration).totals, totals.fullPrecisionMACs >= slowNetworkMACs
        else { return SceneFileWriter.defaultLevel }
        return slowNetworkLevel
    }
}
