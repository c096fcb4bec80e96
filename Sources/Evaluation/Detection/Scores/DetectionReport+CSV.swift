internal import Scenes

extension DetectionReport {
    /// The curves as comma-separated values: a line for each class, distance and recall.
    ///
    /// Errors stand at 2 m only. Numbers have as many digits as it takes to read the same doubles again.
    public var curvesCSV: String {
        let kinds = DetectionErrorKind.allCases
        var text = "class,distance_m,recall,precision,confidence," + kinds.map(\.rawValue).joined(separator: ",") + "\n"
        for curve in curves {
            for (index, recall) in DetectionCurve.recall.enumerated() {
                let errors = kinds.map { kind in curve.errors[kind].map { "\($0[index])" } ?? "" }
                let cells =
                    [
                        curve.name.rawValue, "\(curve.threshold_m)", "\(recall)", "\(curve.precision[index])",
                        "\(curve.confidence[index])",
                    ] + errors
                text += cells.joined(separator: ",") + "\n"
            }
        }
        return text
    }
}
