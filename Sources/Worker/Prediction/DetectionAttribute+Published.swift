internal import Evaluation
internal import Scenes

extension DetectionAttribute {
    /// Above this a box moves, metres a second.
    private static let movingSpeed = 0.2

    /// The attribute that the published formatter gives a box by its class and its speed in the map's plane.
    static func published(of name: DetectionClass, speed: Double) -> DetectionAttribute? {
        let isMoving = speed > movingSpeed
        switch name {
        case .car, .truck, .trailer, .constructionVehicle: return isMoving ? .vehicleMoving : .vehicleParked
        case .bus: return isMoving ? .vehicleMoving : .vehicleStopped
        case .bicycle, .motorcycle: return isMoving ? .cycleWithRider : .cycleWithoutRider
        case .pedestrian: return isMoving ? .pedestrianMoving : .pedestrianStanding
        case .barrier, .trafficCone: return nil
        }
    }
}
