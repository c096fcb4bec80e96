/// The ten classes of the nuScenes detection task, in the order of nuscenes-devkit's `DETECTION_NAMES`.
public enum DetectionClass: String, Codable, CaseIterable, Sendable {
    /// Cars.
    case car
    /// Trucks.
    case truck
    /// Buses, rigid and bendy.
    case bus
    /// Trailers.
    case trailer
    /// Construction vehicles.
    case constructionVehicle = "construction_vehicle"
    /// Pedestrians, without personal mobility, strollers and wheelchairs.
    case pedestrian
    /// Motorcycles.
    case motorcycle
    /// Bicycles.
    case bicycle
    /// Traffic cones.
    case trafficCone = "traffic_cone"
    /// Barriers.
    case barrier

    /// The class of a nuScenes category; nil where the task leaves the category out.
    ///
    /// nuscenes-devkit 1.2.0, `eval/detection/utils.py`, `category_to_detection_name`.
    public init?(category: String) {
        switch category {
        case "vehicle.car": self = .car
        case "vehicle.truck": self = .truck
        case "vehicle.bus.bendy", "vehicle.bus.rigid": self = .bus
        case "vehicle.trailer": self = .trailer
        case "vehicle.construction": self = .constructionVehicle
        case "human.pedestrian.adult", "human.pedestrian.child", "human.pedestrian.construction_worker",
            "human.pedestrian.police_officer":
            self = .pedestrian
        case "vehicle.motorcycle": self = .motorcycle
        case "vehicle.bicycle": self = .bicycle
        case "movable_object.trafficcone": self = .trafficCone
        case "movable_object.barrier": self = .barrier
        default: return nil
        }
    }

    /// The place in `allCases`.
    public var index: Int {
        switch self {
        case .car: 0
        case .truck: 1
        case .bus: 2
        case .trailer: 3
        case .constructionVehicle: 4
        case .pedestrian: 5
        case .motorcycle: 6
        case .bicycle: 7
        case .trafficCone: 8
        case .barrier: 9
        }
    }
}
