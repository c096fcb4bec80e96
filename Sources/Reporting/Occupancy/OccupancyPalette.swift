/// Colours of the Occ3D-nuScenes classes.
///
/// Colours are those of FlashOcc's `vis_occ.py` (nuScenes-lidarseg colours), which published pictures use; `free` is white.
public enum OccupancyPalette {
    /// Colours by label.
    public static let colours = [
        Colour(0, 0, 0), Colour(112, 128, 144), Colour(220, 20, 60), Colour(255, 127, 80), Colour(255, 158, 0),
        Colour(233, 150, 70), Colour(255, 61, 99), Colour(0, 0, 230), Colour(47, 79, 79), Colour(255, 140, 0),
        Colour(255, 99, 71), Colour(0, 207, 191), Colour(175, 0, 75), Colour(75, 0, 75), Colour(112, 180, 60),
        Colour(222, 184, 135), Colour(0, 175, 0), .white,
    ]
}
