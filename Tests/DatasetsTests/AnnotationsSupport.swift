import Foundation
import Scenes
import TestSupport

@testable import Datasets

extension TableBuilder {
    /// Adds tables of annotations: in every scene a car in every sample and a bicycle rack in the first.
    ///
    /// The car moves by (1, 2, 0.5) metres a sample; samples are one second apart.
    mutating func addAnnotations() {
        for name in ["vehicle.car", "static_object.bicycle_rack"] {
            add("category", ["token": "category/\(name)", "name": name, "description": "a \"quoted\" {word]"])
        }
        for name in ["vehicle.moving", "vehicle.parked"] {
            add("attribute", ["token": "attribute/\(name)", "name": name, "description": ""])
        }
        tables["sample_annotation"] = []
        tables["instance"] = []
        for scene in tables["scene"] ?? [] {
            let name = scene["name"] as? String ?? ""
            let count = scene["nbr_samples"] as? Int ?? 0
            for (thing, category) in [("car", "vehicle.car"), ("rack", "static_object.bicycle_rack")] {
                add("instance", ["token": "\(name)/\(thing)", "category_token": "category/\(category)"])
            }
            addBox("\(name)/rack", sample: "\(name)/0", at: [5, 5, 0], attributes: [], neighbours: ("", ""))
            for index in 0..<count {
                addBox(
                    "\(name)/car",
                    sample: "\(name)/\(index)",
                    at: [Double(index), 2 * Double(index), 0.5 * Double(index)],
                    attributes: ["attribute/vehicle.moving"],
                    neighbours: (
                        index > 0 ? "\(name)/car@\(name)/\(index - 1)" : "",
                        index + 1 < count ? "\(name)/car@\(name)/\(index + 1)" : ""
                    )
                )
            }
        }
    }

    private mutating func addBox(
        _ instance: String,
        sample: String,
        at translation: [Double],
        attributes: [String],
        neighbours: (String, String)
    ) {
        add(
            "sample_annotation",
            [
                "token": "\(instance)@\(sample)", "sample_token": Self.hexToken("sample/\(sample)"),
                "instance_token": instance, "visibility_token": "4", "attribute_tokens": attributes,
                "translation": translation, "size": [1.9, 4.5, 1.7], "rotation": [0.8, 0, 0, 0.6],
                "prev": neighbours.0, "next": neighbours.1, "num_lidar_pts": 7, "num_radar_pts": 2,
            ]
        )
    }

    /// Changes the annotation with a token.
    mutating func editBox(_ token: String, _ change: (inout Row) -> Void) {
        edit("sample_annotation", where: { $0["token"] as? String == token }, change)
    }

    /// Writes everything to a new folder and reads annotations.
    func annotations(of scenes: [String]) throws -> [SceneAnnotations] {
        let folder = try TemporaryFolder()
        try write(to: folder)
        return try withExtendedLifetime(folder) {
            let dataset = try NuScenesDataset.open(root: folder.path, version: version)
            return try AnnotationTables.read(dataset, scenes: scenes)
        }
    }

    /// The first problem that reading annotations gives, nil where it gives none.
    func annotationProblem(of scenes: [String]) throws -> DatasetProblem? {
        do {
            _ = try annotations(of: scenes)
            return nil
        } catch let error as DatasetError {
            return error.problems.first
        }
    }
}
