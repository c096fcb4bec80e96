internal import Scenes

/// Things that are annotated with boxes, one for each nuScenes category that occurs here.
enum ActorKind: String, CaseIterable, Sendable {
    case car, truck, bus, trailer, constructionVehicle, motorcycle, bicycle, pedestrian, constructionWorker
    case trafficCone, barrier, bin

    /// The nuScenes category.
    var category: String {
        switch self {
        case .car: "vehicle.car"
        case .truck: "vehicle.truck"
        case .bus: "vehicle.bus.rigid"
        case .trailer: "vehicle.trailer"
        case .constructionVehicle: "vehicle.construction"
        case .motorcycle: "vehicle.motorcycle"
        case .bicycle: "vehicle.bicycle"
        case .pedestrian: "human.pedestrian.adult"
        case .constructionWorker: "human.pedestrian.construction_worker"
        case .trafficCone: "movable_object.trafficcone"
        case .barrier: "movable_object.barrier"
        case .bin: "movable_object.pushable_pullable"
        }
    }

    /// What the nuScenes category table says of it here.
    var categoryDescription: String {
        switch self {
        case .bin: "Wheeled bins; labelled 'others' in the occupancy grids."
        default: "Synthetic \(category)."
        }
    }

    /// The class of its voxels.
    var label: OccupancyClass {
        switch self {
        case .car: .car
        case .truck: .truck
        case .bus: .bus
        case .trailer: .trailer
        case .constructionVehicle: .constructionVehicle
        case .motorcycle: .motorcycle
        case .bicycle: .bicycle
        case .pedestrian, .constructionWorker: .pedestrian
        case .trafficCone: .trafficCone
        case .barrier: .barrier
        case .bin: .others
        }
    }
}
