/// The classes of Occ3D-nuScenes labels, in their order.
enum OccupancyClass: UInt8, CaseIterable, Sendable {
    case others, barrier, bicycle, bus, car, constructionVehicle, motorcycle, pedestrian, trafficCone, trailer, truck
    case driveableSurface, otherFlat, sidewalk, terrain, manmade, vegetation, free
}
