/// The order of the cameras.
public enum CameraOrder {
    /// The six nuScenes cameras in the order in which the published networks take them (`data_config.cams` of every
    /// published BDC configuration).
    public static let published = [
        "CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT", "CAM_BACK_LEFT", "CAM_BACK", "CAM_BACK_RIGHT",
    ]
}
