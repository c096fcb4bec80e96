internal import CommandSupport
internal import Foundation

/// What one core of a machine can do at most, as the probe in `Benchmarks/peaks` measured it.
struct MachinePeaks: Codable, Equatable {
    /// The processor's name.
    var machine: String
    /// Billions of multiply-accumulates a second by kind: "float32", "bfloat16", "int8", "binary", "binaryWeight"; kinds that the
    /// machine has no instructions for are missing.
    var gigaMACsPerSecond: [String: Double]
    /// Billions of bytes a second: "read", "copy".
    var gigabytesPerSecond: [String: Double]

    /// Reads what the probe wrote.
    ///
    /// - Throws: `CommandFailure` (`configuration`) for a file that cannot be used.
    init(path: String) throws {
        do {
            self = try JSONDecoder().decode(MachinePeaks.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw CommandFailure(
                .configuration,
                "cannot read the machine's peaks from \(path): "
                    + (error is DecodingError ? "they are not all there" : error.localizedDescription)
                    + "; ops/bench/peaks writes such a file"
            )
        }
        let rates = Array(gigaMACsPerSecond.values) + Array(gigabytesPerSecond.values)
        guard rates.allSatisfy({ $0 > 0 }) else {
            throw CommandFailure(
                .configuration,
                "\(path) holds a peak that is not above 0; make it anew with ops/bench/peaks"
            )
        }
    }

    /// Seconds that the multiply-accumulates of a layer take at least; nil if it has none, or of a kind without a peak.
    ///
    /// - Parameter element: type of the numbers that its real weights meet.
    func leastSeconds(fullPrecisionMACs: Int, element: String, binaryMACs: Int, binaryWeightMACs: Int) -> Double? {
        let parts = [
            (fullPrecisionMACs, element == "uint8" ? "int8" : element), (binaryMACs, "binary"),
            (binaryWeightMACs, "binaryWeight"),
        ].filter { $0.0 > 0 }
        guard !parts.isEmpty else { return nil }
        var seconds = 0.0
        for (count, kind) in parts {
            guard let peak = gigaMACsPerSecond[kind] else { return nil }
            seconds += Double(count) / (peak * 1e9)
        }
        return seconds
    }
}
