/// What is not yet as it should be.
///
/// These lists may only shrink: an entry that is mended has to go.
enum Known {
    /// Arrows inside one row of `Layers.rooms` and of the drawing in `docs/architecture.md`.
    static let sidewaysArrows: Set<Arrow> = [Arrow("ArrayFiles", "SystemSupport")]

    /// Folders that use each other's types, by the folder they lie in.
    static let folderCycles: Set = [
        "Evaluation/Detection: Boxes Matching Scores",
        "Reporting: Drawing Occupancy",
        "SyntheticWorld: Labels Rendering Sensors",
        "SyntheticWorld: Output Tables",
    ]

    /// Names that stand for one type in one module and for another in another.
    static let sharedNames: Set = [
        "ByteWriter: OccInference Scenes",
        "TextTable: OccInference SystemSupport",
    ]

    /// Files that nothing names.
    static let unnamedFiles: Set<String> = []
}
