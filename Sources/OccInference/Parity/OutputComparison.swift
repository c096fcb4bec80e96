public import ArrayFiles
internal import SystemSupport

/// Compares two files of a network's outputs, whole or sampled.
///
/// A tap stands in a file either whole, as `tap:NAME` in NCHW order, or sampled, as `tap:NAME:index` and `tap:NAME:value` with flat
/// row-major NCHW indices. `occ` holds labels, `occ_margin:index` and `occ_margin:value` the margins of some voxels, `det_boxes`,
/// `det_scores` and `det_labels` the boxes, `decoded_*` those before suppression. Everything else is compared element by element.
public enum OutputComparison {
    /// Compares two files.
    ///
    /// - Parameters:
    ///   - reference: path of what is right; where a golden's `manifest.json` lies beside it, differences are put in relation to
    ///     the standard deviations of the whole taps that it tells.
    ///   - candidate: path of what is judged.
    /// - Throws: `FileError`, `ArrayFileError` where a file cannot be read or the same tap has different sizes.
    public static func compare(reference: String, candidate: String) throws -> ParityReport {
        let folder = reference.lastIndex(of: "/").map { String(reference[...$0]) } ?? ""
        let manifest = folder + "manifest.json"
        var deviations: [String: Double] = [:]
        if try Folders.isPresent(manifest), let golden = try? GoldenManifest(contentsOf: manifest) {
            deviations = golden.taps.mapValues(\.standardDeviation)
        }
        return try compare(
            reference: SafetensorsFile(path: reference),
            candidate: SafetensorsFile(path: candidate),
            deviations: deviations
        )
    }

    /// Compares two opened files.
    ///
    /// - Parameter deviations: standard deviations of whole taps by name, where they are known.
    /// - Throws: `ArrayFileError`.
    public static func compare(
        reference: SafetensorsFile,
        candidate: SafetensorsFile,
        deviations: [String: Double] = [:]
    ) throws -> ParityReport {
        let referenceNames = subjects(reference)
        let candidateNames = subjects(candidate)
        let common = referenceNames.intersection(candidateNames)
        var tensors: [TensorDifference] = []
        for name in common.subtracting(special).sorted() {
            tensors.append(try compareTensor(name, reference, candidate, deviations))
        }
        var agreements: [String: DetectionAgreement] = [:]
        for list in boxLists {
            let names = boxNames(list)
            if common.isSuperset(of: names) {
                agreements[list] = DetectionAgreement(
                    reference: try boxes(reference, list),
                    candidate: try boxes(candidate, list)
                )
                continue
            }
            // Without all three there is nothing to match; what there is is compared as numbers.
            for name in common.intersection(names).sorted() {
                tensors.append(try compareTensor(name, reference, candidate, deviations))
            }
        }
        return ParityReport(
            reference: reference.source,
            candidate: candidate.source,
            tensors: tensors,
            occupancy: common.contains("occ") ? try compareOccupancy(reference, candidate) : nil,
            detections: agreements["det"],
            decoded: agreements["decoded"],
            onlyInReference: referenceNames.subtracting(common).subtracting(["occ_margin"]).sorted(),
            onlyInCandidate: candidateNames.subtracting(common).subtracting(["occ_margin"]).sorted()
        )
    }

    /// Boxes after and before suppression.
    private static let boxLists = ["det", "decoded"]
    private static let special = boxLists.reduce(into: ["occ", "occ_margin"] as Set) { $0.formUnion(boxNames($1)) }

    private static func boxNames(_ list: String) -> Set<String> {
        ["\(list)_boxes", "\(list)_labels", "\(list)_scores"]
    }

    /// What a file speaks of: its names, a sampled tensor's two names as one.
    private static func subjects(_ file: SafetensorsFile) -> Set<String> {
        Set(
            file.names.map { name in
                for suffix in [":index", ":value"] where name.hasSuffix(suffix) {
                    let stem = String(name.dropLast(suffix.count))
                    if file.contains(stem + ":index"), file.contains(stem + ":value") { return stem }
                }
                return name
            }
        )
    }

    private static func compareTensor(
        _ name: String,
        _ reference: SafetensorsFile,
        _ candidate: SafetensorsFile,
        _ deviations: [String: Double]
    ) throws -> TensorDifference {
        let (right, judged) = try matched(name, reference, candidate)
        let label = name.hasPrefix("tap:") ? String(name.dropFirst(4)) : name
        return TensorDifference(name: label, reference: right, candidate: judged, deviation: deviations[label])
    }

    /// The elements that both files tell, in the same order.
    private static func matched(
        _ name: String,
        _ reference: SafetensorsFile,
        _ candidate: SafetensorsFile
    ) throws -> (reference: [Float], candidate: [Float]) {
        switch (reference.contains(name), candidate.contains(name)) {
        case (true, true):
            let (right, judged) = (try reference.values(of: name), try candidate.values(of: name))
            guard right.count == judged.count else {
                throw sizes(name, reference, right.count, candidate, judged.count)
            }
            return (right, judged)
        case (false, true):
            let judged = try candidate.values(of: name)
            let (indices, right) = try samples(name, reference, below: judged.count)
            return (right, indices.map { judged[$0] })
        case (true, false):
            let right = try reference.values(of: name)
            let (indices, judged) = try samples(name, candidate, below: right.count)
            return (indices.map { right[$0] }, judged)
        case (false, false):
            let (rightIndices, right) = try samples(name, reference, below: nil)
            let (judgedIndices, judged) = try samples(name, candidate, below: nil)
            let byIndex = Dictionary(zip(judgedIndices, judged), uniquingKeysWith: { first, _ in first })
            let pairs = zip(rightIndices, right).compactMap { index, value in byIndex[index].map { (value, $0) } }
            guard !pairs.isEmpty || right.isEmpty else {
                throw ArrayFileError(
                    .mismatch,
                    source: "\(candidate.source)[\(name)]",
                    "samples none of the elements that \(reference.source) samples; write the tap whole"
                )
            }
            return (pairs.map(\.0), pairs.map(\.1))
        }
    }

    private static func samples(
        _ name: String,
        _ file: SafetensorsFile,
        below limit: Int?
    ) throws -> (indices: [Int], values: [Float]) {
        let indices = try file.indices(of: name + ":index", below: limit)
        let values = try file.values(of: name + ":value")
        guard indices.count == values.count else {
            throw ArrayFileError(
                .malformed,
                source: "\(file.source)[\(name)]",
                "\(indices.count) indices for \(values.count) values"
            )
        }
        return (indices, values)
    }

    private static func compareOccupancy(
        _ reference: SafetensorsFile,
        _ candidate: SafetensorsFile
    ) throws -> OccupancyAgreement {
        let right = try reference.elements(of: "occ", as: UInt8.self)
        let judged = try candidate.elements(of: "occ", as: UInt8.self)
        guard right.count == judged.count else { throw sizes("occ", reference, right.count, candidate, judged.count) }
        var margins: [(index: Int, margin: Float)] = []
        if reference.contains("occ_margin:index"), reference.contains("occ_margin:value") {
            let (indices, values) = try samples("occ_margin", reference, below: right.count)
            margins = zip(indices, values).map { (index: $0, margin: $1) }
        } else if reference.contains("occ_margin") {
            let values = try reference.values(of: "occ_margin")
            guard values.count == right.count else {
                throw sizes("occ_margin", reference, values.count, reference, right.count)
            }
            margins = values.enumerated().map { (index: $0.offset, margin: $0.element) }
        }
        return OccupancyAgreement(reference: right, candidate: judged, margins: margins)
    }

    private static func boxes(_ file: SafetensorsFile, _ list: String) throws -> DetectionAgreement.Boxes {
        let shape = try file.tensor(named: "\(list)_boxes").shape
        let values = try file.values(of: "\(list)_boxes")
        let scores = try file.values(of: "\(list)_scores")
        let labels = try file.values(of: "\(list)_labels")
        guard shape.count == 2, shape[0] == scores.count, scores.count == labels.count, shape[1] >= 7 else {
            throw ArrayFileError(
                .mismatch,
                source: "\(file.source)[\(list)_boxes]",
                "has shape \(shape) beside \(scores.count) scores and \(labels.count) labels, expected a row of 7 or "
                    + "9 numbers for each"
            )
        }
        return DetectionAgreement.Boxes(values: values, columns: shape[1], scores: scores, labels: labels)
    }

    private static func sizes(
        _ name: String,
        _ reference: SafetensorsFile,
        _ right: Int,
        _ candidate: SafetensorsFile,
        _ judged: Int
    ) -> ArrayFileError {
        ArrayFileError(
            .mismatch,
            source: "\(candidate.source)[\(name)]",
            "has \(judged) elements, \(reference.source) has \(right)"
        )
    }
}
