/// What a scene file says of itself in its first bytes; keys in `docs/scene-file.md`, "Header".
public struct SceneFileHeader: Codable, Equatable, Sendable {
    /// Name of the run.
    public var run: String
    /// Name of the scene in the dataset.
    public var scene: String
    /// The lease that wrote the file, at least 1.
    public var lease: Int64
    /// Name of the dataset, such as `occ3d-nuscenes`.
    public var dataset: String
    /// Version of the dataset, such as `v1.0-mini`.
    public var datasetVersion: String
    /// Split of the dataset, such as `val`.
    public var split: String
    /// Name of the model package's configuration.
    public var model: String
    /// SHA-256 of the model package, 64 hexadecimal digits.
    public var modelDigest: String
    /// Arithmetic of the full-precision layers: `fp32`, the only one that there is.
    public var precision: String
    /// Name and version of the writer.
    public var software: String

    /// Makes a header.
    public init(
        run: String,
        scene: String,
        lease: Int64,
        dataset: String,
        datasetVersion: String,
        split: String,
        model: String,
        modelDigest: String,
        precision: String,
        software: String
    ) {
        self.run = run
        self.scene = scene
        self.lease = lease
        self.dataset = dataset
        self.datasetVersion = datasetVersion
        self.split = split
        self.model = model
        self.modelDigest = modelDigest
        self.precision = precision
        self.software = software
    }

    /// Whether samples of the other file may stand in this one: same run, scene, model and precision.
    public func canAdopt(from other: SceneFileHeader) -> Bool {
        run == other.run && scene == other.scene && modelDigest == other.modelDigest && precision == other.precision
    }
}
