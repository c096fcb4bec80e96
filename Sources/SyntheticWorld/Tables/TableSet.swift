internal import Foundation

/// All tables of a dataset, filled scene by scene.
struct TableSet {
    var categories: [Records.Category] = []
    var attributes: [Records.Attribute] = []
    var visibilities: [Records.Visibility] = []
    var instances: [Records.Instance] = []
    var sensors: [Records.Sensor] = []
    var calibratedSensors: [Records.CalibratedSensor] = []
    var egoPoses: [Records.EgoPose] = []
    var logs: [Records.Log] = []
    var scenes: [Records.Scene] = []
    var samples: [Records.Sample] = []
    var sampleData: [Records.SampleData] = []
    var sampleAnnotations: [Records.SampleAnnotation] = []
    var maps: [Records.Map] = []
    var splits: [String: [String]] = [:]

    private static let attributeNames = [
        "vehicle.moving", "vehicle.stopped", "vehicle.parked", "cycle.with_rider", "cycle.without_rider",
        "pedestrian.moving", "pedestrian.standing", "pedestrian.sitting_lying_down",
    ]
    private static let levels = [("1", "v0-40"), ("2", "v40-60"), ("3", "v60-80"), ("4", "v80-100")]

    /// Starts with the tables that are the same for every scene.
    init(tokens: TokenMaker) {
        for kind in ActorKind.allCases {
            categories.append(
                .init(
                    token: Self.category(kind, tokens),
                    name: kind.category,
                    description: kind.categoryDescription
                )
            )
        }
        for name in Self.attributeNames {
            attributes.append(.init(token: Self.attribute(name, tokens), name: name, description: "Synthetic \(name)."))
        }
        for (token, level) in Self.levels {
            visibilities.append(
                .init(token: token, level: level, description: "visibility of whole object is \(level.dropFirst())%")
            )
        }
        for channel in SensorRig.cameraChannels + [SensorRig.lidarChannel] {
            sensors.append(
                .init(
                    token: Self.sensor(channel, tokens),
                    channel: channel,
                    modality: channel == SensorRig.lidarChannel ? "lidar" : "camera"
                )
            )
        }
    }

    static func category(_ kind: ActorKind, _ tokens: TokenMaker) -> String { tokens.token("category", kind.category) }
    static func attribute(_ name: String, _ tokens: TokenMaker) -> String { tokens.token("attribute", name) }
    static func sensor(_ channel: String, _ tokens: TokenMaker) -> String { tokens.token("sensor", channel) }

    /// The files of the table folder with their bytes, in a fixed order.
    func encoded() throws -> [(name: String, bytes: [UInt8])] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        func file(_ name: String, _ rows: some Encodable) throws -> (name: String, bytes: [UInt8]) {
            (name + ".json", Array(try encoder.encode(rows)))
        }
        // Split names are keys of a dictionary and must stay as they are.
        let plain = JSONEncoder()
        plain.outputFormatting = [.sortedKeys, .prettyPrinted]
        return [
            try file("category", categories), try file("attribute", attributes), try file("visibility", visibilities),
            try file("instance", instances), try file("sensor", sensors),
            try file("calibrated_sensor", calibratedSensors), try file("ego_pose", egoPoses), try file("log", logs),
            try file("scene", scenes), try file("sample", samples), try file("sample_data", sampleData),
            try file("sample_annotation", sampleAnnotations), try file("map", maps),
            ("splits.json", Array(try plain.encode(splits))),
        ]
    }
}
