/// The `meta` of a results file: what the predictions were made from.
public struct DetectionInputs: Codable, Equatable, Sendable {
    /// Whether cameras were used.
    public var camera: Bool
    /// Whether lidar was used.
    public var lidar: Bool
    /// Whether radar was used.
    public var radar: Bool
    /// Whether maps were used.
    public var map: Bool
    /// Whether data from elsewhere was used.
    public var external: Bool

    private enum CodingKeys: String, CodingKey {
        case camera = "use_camera"
        case lidar = "use_lidar"
        case radar = "use_radar"
        case map = "use_map"
        case external = "use_external"
    }

    /// Makes a description; cameras alone unless told otherwise.
    public init(
        camera: Bool = true,
        lidar: Bool = false,
        radar: Bool = false,
        map: Bool = false,
        external: Bool = false
    ) {
        self.camera = camera
        self.lidar = lidar
        self.radar = radar
        self.map = map
        self.external = external
    }
}

extension DetectionInputs {
    /// The inputs that were used, by name.
    public var names: [String] {
        [("camera", camera), ("lidar", lidar), ("radar", radar), ("map", map), ("external", external)]
            .filter(\.1).map(\.0)
    }

    /// The inputs of these names; others are ignored.
    public init(names: some Sequence<String>) {
        let used = Set(names)
        self.init(
            camera: used.contains("camera"),
            lidar: used.contains("lidar"),
            radar: used.contains("radar"),
            map: used.contains("map"),
            external: used.contains("external")
        )
    }
}
