/// The labels of Occ3D-nuScenes in their order: 17 classes, and free space.
public enum OccupancyClass: UInt8, CaseIterable, Sendable {
    case others, barrier, bicycle, bus, car, constructionVehicle, motorcycle, pedestrian, trafficCone, trailer, truck
    case driveableSurface, otherFlat, sidewalk, terrain, manmade, vegetation, free

    /// Names by label, as FlashOcc's `core/evaluation/occ_metrics.py` prints them.
    public static let names = [
        "others", "barrier", "bicycle", "bus", "car", "construction_vehicle", "motorcycle", "pedestrian",
        "traffic_cone",
        "trailer", "truck", "driveable_surface", "other_flat", "sidewalk", "terrain", "manmade", "vegetation", "free",
    ]
    /// Names by label for people, without underscores.
    public static let titles = names.map { String($0.map { $0 == "_" ? " " : $0 }) }
    /// The number of labels, free space included.
    @inlinable public static var count: Int { 18 }
    /// The label of free space, which no mean over classes counts.
    @inlinable public static var freeLabel: UInt8 { 17 }
}
