internal import TensorRuntime

/// One layer's part of a keyframe: what it took and what it counts, all its steps together.
public struct LayerTiming: Codable, Equatable, Sendable {
    /// The layer's published name; for work that belongs to no layer the operation in brackets: "(Reorder)".
    public var name: String
    /// The stage that it belongs to, as in `StageTimings.rows`: "view transform".
    public var stage: String
    /// Type of the numbers that it reads: "float32"; empty where it reads no tensor.
    public var element: String
    /// Seconds of the calling thread.
    public var seconds: Double
    /// Multiply-accumulates of real weights and real inputs.
    public var fullPrecisionMACs: Int
    /// Multiply-accumulates of signs and signs.
    public var binaryMACs: Int
    /// Multiply-accumulates of signs as weights with real inputs.
    public var binaryWeightMACs: Int
    /// Shape of the BDC unit that it is, by which kernels are chosen: "100x100 256 to 512 stride 2 float32"; nil for all else.
    public var unit: String?
    /// Bytes of the feature maps that its steps read and write, without weights.
    public var tensorBytes: Int

    /// All multiply-accumulates.
    public var macs: Int { fullPrecisionMACs + binaryMACs + binaryWeightMACs }

    init(_ step: StepDescription, seconds: Double) {
        name = step.name
        stage = step.stage.flatMap { NetworkStage(rawValue: $0.name)?.title ?? $0.name } ?? ""
        element = step.element.map { "\($0)" } ?? ""
        self.seconds = seconds
        fullPrecisionMACs = step.fullPrecisionMACs
        binaryMACs = step.binaryMACs
        binaryWeightMACs = step.binaryWeightMACs
        unit = step.unit
        tensorBytes = step.tensorBytes
    }

    /// Adds up the steps of each layer, in the order in which layers began.
    static func merged(_ steps: [LayerTiming]) -> [LayerTiming] {
        var places: [String: Int] = [:]
        var rows: [LayerTiming] = []
        for step in steps {
            guard let place = places[step.stage + "/" + step.name] else {
                places[step.stage + "/" + step.name] = rows.count
                rows.append(step)
                continue
            }
            rows[place].seconds += step.seconds
            rows[place].fullPrecisionMACs += step.fullPrecisionMACs
            rows[place].binaryMACs += step.binaryMACs
            rows[place].binaryWeightMACs += step.binaryWeightMACs
            rows[place].tensorBytes += step.tensorBytes
        }
        return rows
    }
}
