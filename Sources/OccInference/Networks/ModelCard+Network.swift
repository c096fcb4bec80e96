extension ModelCard {
    /// What the card says that a network contradicts, a sentence each; empty where it may be that network's card.
    ///
    /// Compared are its name (`network`, or else the names of known networks that stand in the title), what its scores are of, and how
    /// many cameras it was trained to see from.
    public func misfits(_ configuration: NetworkConfiguration) -> [String] {
        var misfits: [String] = []
        if !networks.isEmpty, !networks.contains(configuration.name) {
            let names = networks.map { "'\($0)'" }.joined(separator: ", ")
            misfits.append("it is the card of \(names), the package holds '\(configuration.name)'")
        }
        let task: Task = configuration.detection == nil ? .occupancy : .detection
        if let score = scores.first(where: { Task(score: $0.name).map { $0 != task } ?? false }) {
            misfits.append("it has a score '\(score.name)', the package's network predicts \(task.words)")
        }
        if !rig.isEmpty, rig.count != configuration.cameras {
            misfits.append(
                "its rig has \(rig.count) cameras, the package's network sees from \(configuration.cameras)"
            )
        }
        return misfits
    }

    /// Names of the networks that the card may be of; none where it names none.
    private var networks: [String] {
        if let network { return [network] }
        let words = title.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        return ModelCatalogue.configurations.filter { name in words.contains { $0 == name } }
    }

    /// What a network predicts.
    private enum Task {
        case occupancy, detection

        /// The task that a score is of; nil for one that is not known.
        init?(score name: String) {
            switch name.prefix(while: { $0.isLetter }) {
            case "mIoU", "RayIoU": self = .occupancy
            case "mAP", "NDS": self = .detection
            default: return nil
            }
        }

        var words: String { self == .occupancy ? "voxel labels" : "boxes" }
    }
}
