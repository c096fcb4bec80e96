/// The compact form of a confusion: samples, then the counts row by row, each as an unsigned LEB128 number.
enum ConfusionCoding {
    static let version: UInt8 = 1

    static func append(_ confusion: OccupancyConfusion, to sink: inout ByteSink) {
        sink.append(number: confusion.samples)
        for count in confusion.counts { sink.append(number: count) }
    }

    static func confusion(from source: inout ByteSource) throws -> OccupancyConfusion {
        let samples = try source.number()
        let counts = try (0..<Occ3DClasses.count * Occ3DClasses.count).map { _ in try source.number() }
        return OccupancyConfusion(counts: counts, samples: samples)
    }

    @Sendable static func refusal(_ detail: String) -> EvaluationError {
        EvaluationError(.invalidEncoding, source: "confusions", detail)
    }
}
