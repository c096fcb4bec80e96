/// Colours of the ten classes of nuScenes' detection task, far enough apart to be told from each other as thin lines on white.
///
/// nuScenes' own colours are not used: five of its ten are shades of orange.
public enum DetectionPalette {
    /// Names by label, in the order of nuScenes' detection task.
    public static let names = [
        "car", "truck", "bus", "trailer", "construction vehicle", "pedestrian", "motorcycle", "bicycle",
        "traffic cone", "barrier",
    ]

    /// The colour of labels that are none of the ten.
    static let unknown = Colour(150, 155, 162)

    /// Colours by label.
    public static let colours = [
        Colour(235, 120, 0), Colour(200, 40, 40), Colour(150, 90, 200), Colour(120, 85, 70), Colour(170, 140, 0),
        Colour(20, 80, 220), Colour(215, 60, 160), Colour(0, 150, 150), Colour(0, 150, 60), Colour(90, 100, 115),
    ]
}
