import Datasets
import Scenes

/// A dataset that was never written anywhere.
struct MemoryDataset: DatasetSource {
    let root = "memory"
    let version = "1"
    var scenes: [SceneFrames]
    var splits: [String: [String]] = [:]
    var boxes: [String: SceneAnnotations] = [:]
    var voxels: [String: VoxelLabels] = [:]

    var labels: any LabelSource { MemoryLabels(voxels: voxels) }

    func resolve(split: String?, options: ResolutionOptions) throws(DatasetError) -> ResolvedDataset {
        ResolvedDataset(scenes: try scenes(of: split), omitted: [])
    }

    func frames(ofScene name: String) throws(DatasetError) -> SceneFrames? { scenes.first { $0.name == name } }

    func sampleTokens(ofSplit split: String?) throws(DatasetError) -> [(scene: String, tokens: [String])] {
        try scenes(of: split).map { ($0.name, $0.samples.map(\.token)) }
    }

    func annotations(of scenes: [SceneFrames]) throws(DatasetError) -> [SceneAnnotations]? {
        boxes.isEmpty ? nil : scenes.compactMap { boxes[$0.name] }
    }

    private func scenes(of split: String?) throws(DatasetError) -> [SceneFrames] {
        guard let split else { return scenes }
        guard let names = splits[split] else {
            throw .problem(
                DatasetProblem(
                    .unknownSplit,
                    file: root,
                    found: "there is no split '\(split)'",
                    advice: "choose another"
                )
            )
        }
        return scenes.filter { names.contains($0.name) }
    }
}

/// Labels by sample token.
struct MemoryLabels: LabelSource {
    let place = "memory"
    var voxels: [String: VoxelLabels]

    func isPresent() -> Bool { !voxels.isEmpty }
    func place(scene: String, sample: String) -> String { "memory/\(scene)/\(sample)" }
    func read(scene: String, sample: String) -> LabelReading { voxels[sample].map(LabelReading.labels) ?? .absent }
}
