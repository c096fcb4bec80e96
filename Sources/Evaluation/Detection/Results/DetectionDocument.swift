internal import SystemSupport

/// The boxes of one sample as one JSON array, as scene files keep them; `docs/detections.md` describes it.
///
/// Its objects are those of a nuScenes results file, so that a sample's list can be pasted into one.
public enum DetectionDocument {
    /// The document of a sample's boxes, in their order.
    ///
    /// A velocity that is unknown is `null`, because JSON has no number for that.
    ///
    /// - Throws: `EvaluationError` (`invalidPrediction`) for more than 500 boxes or a box of another sample.
    public static func encode(_ boxes: [DetectionBox], of sampleToken: String) throws -> [UInt8] {
        let limit = DetectionSettings.maximumBoxesPerSample
        guard boxes.count <= limit, boxes.allSatisfy({ $0.sampleToken == sampleToken }) else {
            throw EvaluationError(
                .invalidPrediction,
                source: sampleToken,
                "\(boxes.count) predicted boxes, \(limit) are allowed; all must be of this sample"
            )
        }
        let token = JSONString.quoted(sampleToken)
        let objects = boxes.map { DetectionResultsWriter.text(of: $0, token: token, unknown: "null") }
        return Array((objects.isEmpty ? "[]" : "[\n" + objects.joined(separator: ",\n") + "\n]").utf8)
    }

    /// The boxes of a document.
    ///
    /// - Throws: `EvaluationError` (`invalidPrediction`) naming the sample and the byte.
    public static func decode(_ document: [UInt8], of sampleToken: String) throws -> [DetectionBox] {
        try document.withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes, source: sampleToken)
            var boxes: [DetectionBox] = []
            try cursor.array { cursor in
                guard boxes.count < DetectionSettings.maximumBoxesPerSample else {
                    throw cursor.flaw("more than \(DetectionSettings.maximumBoxesPerSample) boxes")
                }
                boxes.append(try BoxFields(&cursor).box(of: sampleToken, at: cursor))
            }
            try cursor.finish()
            return boxes
        }
    }
}
