internal import Scenes

/// Keys of a box.
enum ManifestBoxKey: Int, ManifestKey {
    case category, worldFromBox, wlh, token, instance, velocity, attributes, lidarPoints, radarPoints
    static let names = spelt
}

/// A box of a manifest, before its velocity is known.
struct ManifestBox {
    /// The box; its velocity only where the manifest gives it.
    var annotation: BoxAnnotation
    /// The thing that it is a box of.
    let instance: String?

    private static let mostBoxes = 10_000
    private static let longest_m = 100.0
    private static let farthest_m = 2_000.0
    private static let mostPoints: Int64 = 100_000_000

    /// Reads the boxes of a sample.
    static func read(
        _ line: ManifestLine,
        _ place: Int,
        sample: String,
        pose: RigidTransform
    ) throws(DatasetProblem) -> [ManifestBox] {
        guard case JSLKind.list = JSLKind(line, place) else {
            throw line.wrongType(at: place, wanted: "a list of boxes")
        }
        let children = line.children(of: place)
        guard children.count <= mostBoxes else {
            throw line.problem(
                .badNumber,
                at: place,
                found: "the sample has \(children.count) boxes",
                advice: "a sample has at most \(mostBoxes)"
            )
        }
        var boxes: [ManifestBox] = []
        for (number, child) in children.enumerated() {
            boxes.append(
                try ManifestBox(
                    ManifestObject<ManifestBoxKey>(line, child),
                    token: "\(sample)-\(number)",
                    pose: pose
                )
            )
        }
        return boxes
    }

    private init(
        _ object: ManifestObject<ManifestBoxKey>,
        token: String,
        pose: RigidTransform
    ) throws(DatasetProblem) {
        let line = object.line
        let placed = try object.transform(.worldFromBox)
        let offset = placed.translation - pose.translation
        let distance_m = (offset * offset).sum().squareRoot()
        guard distance_m <= Self.farthest_m else {
            throw line.problem(
                .unlikelyValue,
                at: try object.place(.worldFromBox),
                key: "t",
                found: "the box is \(Int(distance_m)) m from the vehicle (in the ego frame?)",
                advice: "write the box's middle in the world, as worldFromEgo is, in metres"
            )
        }
        let size = try object.vector(.wlh, meaning: "width, length, height in metres")
        guard size.min() > 0, size.max() <= Self.longest_m else {
            throw line.problem(
                .unlikelyValue,
                at: try object.place(.wlh),
                found: "\(line.shown(try object.place(.wlh))) is no size in metres"
                    + (size.max() > Self.longest_m ? " (millimetres or centimetres?)" : ""),
                advice: "write [width, length, height] in metres, each more than 0, at most 100"
            )
        }
        let hasPoints = object.has(.lidarPoints) || object.has(.radarPoints)
        let points = 0...Self.mostPoints
        annotation = BoxAnnotation(
            token: object.has(.token) ? try object.text(.token) : token,
            category: try Self.category(object),
            attributes: try Self.attributes(object),
            translation: placed.translation,
            size: size,
            rotation: placed.rotation,
            velocity: object.has(.velocity)
                ? try object.vector(.velocity, meaning: "x, y, z in metres a second, in the world") : nil,
            lidarPointCount: object.has(.lidarPoints)
                ? Int(try object.integer(.lidarPoints, in: points)) : hasPoints ? 0 : 1,
            radarPointCount: object.has(.radarPoints) ? Int(try object.integer(.radarPoints, in: points)) : 0
        )
        instance = object.has(.instance) ? try object.text(.instance) : nil
    }

    private static func category(_ object: ManifestObject<ManifestBoxKey>) throws(DatasetProblem) -> String {
        let found = try object.text(.category)
        if NuScenesCategories.all.contains(found) { return found }
        let meant = NuScenesCategories.all.filter { $0.split(separator: ".").contains { $0 == found } }
        throw object.line.problem(
            .unknownName,
            at: try object.place(.category),
            found: "\"\(found.prefix(80))\" is no nuScenes category",
            advice: meant.isEmpty
                ? NearestName.advice(found, in: NuScenesCategories.all) : "did you mean \"\(meant[0])\"?"
        )
    }

    private static func attributes(_ object: ManifestObject<ManifestBoxKey>) throws(DatasetProblem) -> [String] {
        guard object.has(.attributes) else { return [] }
        let known = DetectionAttribute.allCases.map(\.rawValue)
        var found: [String] = []
        for (text, index) in try object.texts(.attributes) {
            guard known.contains(text) else {
                throw object.line.problem(
                    .unknownName,
                    at: index,
                    found: "\"\(text.prefix(80))\" is no nuScenes attribute",
                    advice: NearestName.advice(text, in: known)
                )
            }
            found.append(text)
        }
        return found
    }
}

/// The categories of nuScenes (`category.json` of v1.0).
enum NuScenesCategories {
    static let all = [
        "animal", "human.pedestrian.adult", "human.pedestrian.child", "human.pedestrian.construction_worker",
        "human.pedestrian.personal_mobility", "human.pedestrian.police_officer", "human.pedestrian.stroller",
        "human.pedestrian.wheelchair", "movable_object.barrier", "movable_object.debris",
        "movable_object.pushable_pullable", "movable_object.trafficcone", "static_object.bicycle_rack",
        "vehicle.bicycle", "vehicle.bus.bendy", "vehicle.bus.rigid", "vehicle.car", "vehicle.construction",
        "vehicle.emergency.ambulance", "vehicle.emergency.police", "vehicle.motorcycle", "vehicle.trailer",
        "vehicle.truck",
    ]
}
