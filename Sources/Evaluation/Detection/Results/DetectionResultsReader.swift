internal import Scenes
internal import SystemSupport

/// Reads nuScenes results files (`results_nusc.json`), sample by sample: the file is mapped and never held whole.
///
/// Accepted are the files that nuscenes-devkit 1.2.0 reads, `NaN` velocities included. Refused are what it would misread or die of: a
/// sample that is there twice, a box whose `sample_token` is not that of its list, a missing score (it would take -1), `num_pts`
/// of 0 (it would drop the box), infinite numbers, sizes of 0 or less (it dies of those that match). Of one sample 500 boxes are allowed. Unknown keys are stepped over.
public enum DetectionResultsReader {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - take: receives each sample's token and boxes in the file's order; what it throws ends the reading.
    /// - Returns: the file's `meta`; flags that it lacks are false.
    /// - Throws: `FileError` where the file cannot be read, `EvaluationError` (`invalidPrediction`) naming file and byte.
    @discardableResult
    public static func read(
        _ path: String,
        take: (_ sampleToken: String, _ boxes: [DetectionBox]) throws -> Void
    ) throws -> DetectionInputs {
        let file = try MappedFile(path: path)
        return try file.withBytes { try parse($0, source: path, take: take) }
    }

    /// Reads a file whole.
    ///
    /// - Returns: `meta` and the samples in the file's order.
    /// - Throws: as `read(_:take:)`.
    public static func readAll(
        _ path: String
    ) throws -> (inputs: DetectionInputs, samples: [(sampleToken: String, boxes: [DetectionBox])]) {
        var samples: [(sampleToken: String, boxes: [DetectionBox])] = []
        let inputs = try read(path) { samples.append(($0, $1)) }
        return (inputs, samples)
    }

    static func parse(
        _ bytes: UnsafeRawBufferPointer,
        source: String,
        take: (String, [DetectionBox]) throws -> Void
    ) throws -> DetectionInputs {
        var cursor = JSONCursor(bytes, source: source)
        try cursor.refuseByteOrderMark()
        var inputs: DetectionInputs?
        var hasResults = false
        try cursor.object { cursor, key in
            switch key {
            case "meta":
                guard inputs == nil else { throw cursor.flaw("a second 'meta'") }
                inputs = try readInputs(&cursor)
            case "results":
                guard !hasResults else { throw cursor.flaw("a second 'results'") }
                hasResults = true
                try readSamples(&cursor, take: take)
            default: try cursor.skipValue()
            }
        }
        try cursor.finish()
        guard hasResults else { throw cursor.flaw("no 'results': this is no nuScenes results file") }
        guard let inputs else { throw cursor.flaw("no 'meta': add {\"use_camera\": true, ...}") }
        return inputs
    }

    private static func readInputs(_ cursor: inout JSONCursor) throws -> DetectionInputs {
        var inputs = DetectionInputs(camera: false)
        try cursor.object { cursor, key in
            switch key {
            case "use_camera": inputs.camera = try cursor.boolean()
            case "use_lidar": inputs.lidar = try cursor.boolean()
            case "use_radar": inputs.radar = try cursor.boolean()
            case "use_map": inputs.map = try cursor.boolean()
            case "use_external": inputs.external = try cursor.boolean()
            default: try cursor.skipValue()
            }
        }
        return inputs
    }

    private static func readSamples(
        _ cursor: inout JSONCursor,
        take: (String, [DetectionBox]) throws -> Void
    ) throws {
        var seen: Set<String> = []
        let limit = DetectionSettings.maximumBoxesPerSample
        try cursor.object { cursor, token in
            guard seen.insert(token).inserted else { throw cursor.flaw("the sample '\(token)' is there twice") }
            var boxes: [DetectionBox] = []
            try cursor.array { cursor in
                guard boxes.count < limit else {
                    throw cursor.flaw(
                        "the sample '\(token)' has more than \(limit) boxes; keep those with the highest scores"
                    )
                }
                cursor.context = "sample '\(token)', box \(boxes.count)"
                let box = try BoxFields(&cursor).box(of: token, at: cursor)
                guard box.hasSize else {
                    throw cursor.flaw("the size of a \(box.name.rawValue) is \(box.size.listed); sizes must be above 0")
                }
                boxes.append(box)
            }
            cursor.context = nil
            try take(token, boxes)
        }
    }
}

/// The keys of one box as they are met.
struct BoxFields {
    private var sampleToken: String?
    private var translation: [Double]?
    private var size: [Double]?
    private var rotation: [Double]?
    private var velocity: [Double]?
    private var name: DetectionClass?
    private var score: Double?
    private var attribute: DetectionAttribute??

    init(_ cursor: inout JSONCursor) throws {
        var fields = BoxFields()
        try cursor.object { cursor, key in
            switch key {
            case "sample_token": fields.sampleToken = try cursor.string()
            case "translation": fields.translation = try cursor.numbers(3, key)
            case "size": fields.size = try cursor.numbers(3, key)
            case "rotation": fields.rotation = try cursor.numbers(4, key)
            case "velocity":
                fields.velocity = cursor.null() ? [.nan, .nan] : try cursor.numbers(2, key, mayBeNaN: true)
            case "detection_name":
                let text = try cursor.string()
                guard let known = DetectionClass(rawValue: text) else {
                    throw cursor.flaw("the detection_name '\(text)' is none of the ten classes")
                }
                fields.name = known
            case "detection_score": fields.score = try cursor.number()
            case "attribute_name":
                let text = try cursor.string()
                let known = DetectionAttribute(rawValue: text)
                guard known != nil || text.isEmpty else {
                    throw cursor.flaw("the attribute_name '\(text)' is unknown; leave it empty where there is none")
                }
                fields.attribute = .some(known)
            case "num_pts":
                guard try cursor.number() != 0 else {
                    throw cursor.flaw(
                        "num_pts is 0: nuscenes-devkit drops such predictions in silence; leave the key out"
                    )
                }
            default: try cursor.skipValue()
            }
        }
        self = fields
    }

    private init() {}

    func box(of token: String, at cursor: JSONCursor) throws -> DetectionBox {
        func need<Value>(_ value: Value?, _ key: String) throws -> Value {
            guard let value else { throw cursor.flaw("a box of the sample '\(token)' lacks '\(key)'") }
            return value
        }
        let own = try need(sampleToken, "sample_token")
        guard own == token else {
            throw cursor.flaw("a box in the list of the sample '\(token)' has the sample_token '\(own)'")
        }
        let t = try need(translation, "translation")
        let s = try need(size, "size")
        let r = try need(rotation, "rotation")
        let v = try need(velocity, "velocity")
        return try DetectionBox(
            sampleToken: token,
            translation: SIMD3(t[0], t[1], t[2]),
            size: SIMD3(s[0], s[1], s[2]),
            rotation: Quaternion(w: r[0], x: r[1], y: r[2], z: r[3]),
            velocity: v.contains(where: \.isNaN) ? nil : SIMD2(v[0], v[1]),
            name: need(name, "detection_name"),
            score: need(score, "detection_score"),
            attribute: need(attribute, "attribute_name")
        )
    }
}
