public import Scenes

extension DetectionClass {
    /// Boxes of the class that are this far from the ego vehicle or farther are not scored, metres.
    public var range_m: Double {
        switch self {
        case .car, .truck, .bus, .trailer, .constructionVehicle: 50
        case .pedestrian, .motorcycle, .bicycle: 40
        case .trafficCone, .barrier: 30
        }
    }

    /// Whether an error of true positives is defined for the class.
    ///
    /// Cones have neither orientation, velocity nor attributes, barriers neither velocity nor attributes.
    public func isScored(_ error: DetectionErrorKind) -> Bool {
        switch (self, error) {
        case (.trafficCone, .orientation), (.trafficCone, .velocity), (.trafficCone, .attribute): false
        case (.barrier, .velocity), (.barrier, .attribute): false
        default: true
        }
    }

    /// Whether boxes of the class are dropped where they stand in a bicycle rack.
    var isDroppedInRacks: Bool { self == .bicycle || self == .motorcycle }

    /// The angle after which an orientation is the same again: barriers have no front.
    var orientationPeriod_rad: Double { self == .barrier ? .pi : 2 * .pi }
}
