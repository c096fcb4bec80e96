public import Scenes

extension NuScenesDataset: DatasetSource {
    /// Occ3D labels in `<root>/gts`.
    public var labels: any LabelSource { Occ3DLocator(datasetRoot: root) }

    /// One scene; nil where the tables have no whole scene of this name.
    public func frames(ofScene name: String) throws(DatasetError) -> SceneFrames? {
        guard sceneNames.contains(name) else { return nil }
        let options = ResolutionOptions(skipMissing: true, imageCheck: .none)
        return try SceneResolver(dataset: self, split: nil, only: name, options: options).resolve().scenes.first
    }

    /// The annotated boxes of scenes, from `sample_annotation.json` and the tables around it.
    public func annotations(of scenes: [SceneFrames]) throws(DatasetError) -> [SceneAnnotations]? {
        try AnnotationTables.read(self, of: scenes)
    }
}
