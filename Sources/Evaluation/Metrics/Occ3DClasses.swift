/// The labels of Occ3D-nuScenes: 17 classes and free.
public enum Occ3DClasses {
    /// Names by label, as FlashOcc's `core/evaluation/occ_metrics.py` prints them.
    public static let names = [
        "others", "barrier", "bicycle", "bus", "car", "construction_vehicle", "motorcycle", "pedestrian",
        "traffic_cone",
        "trailer", "truck", "driveable_surface", "other_flat", "sidewalk", "terrain", "manmade", "vegetation", "free",
    ]
    /// Number of labels, free included.
    public static let count = 18
    /// The label of free space: counted in the confusion, left out of the mean.
    public static let free: UInt8 = 17
    /// Lengths of the axes x, y and z of a grid.
    public static let shape = [200, 200, 16]
}
