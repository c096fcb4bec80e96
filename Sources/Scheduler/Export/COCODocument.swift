internal import Evaluation
internal import Foundation
internal import Scenes
internal import Storage

/// One run as a COCO document (https://cocodataset.org/#format-data): boxes in pictures, with scores.
///
/// Annotations are given out as they come, pictures at the end, so that a large run needs little memory.
struct COCODocument {
    /// What stands in the document about a picture.
    private struct Picture: Encodable {
        let id: Int
        let file_name: String
        let width: Int
        let height: Int
        let scene: String
        let sample_token: String
        let camera: String
    }

    private struct Information: Encodable {
        let description: String
        let run: String
        let model: String
        let model_digest: String
        let precision: String
        let dataset_version: String
        let split: String
    }

    private let encoder: JSONEncoder
    private var pictures: [[UInt8]] = []
    /// Boxes so far.
    private(set) var annotationCount = 0

    /// Begins a document.
    init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// What stands before the annotations.
    func head(_ manifest: RunManifest) throws -> [UInt8] {
        let information = Information(
            description: "predicted boxes, projected into the pictures",
            run: manifest.run,
            model: manifest.model,
            model_digest: manifest.modelDigest,
            precision: manifest.precision,
            dataset_version: manifest.datasetVersion,
            split: manifest.split
        )
        let categories = DetectionClass.allCases.map { name in
            "{\"id\":\(name.index + 1),\"name\":\"\(name.rawValue)\",\"supercategory\":\"object\"}"
        }
        return Array("{\"info\":".utf8) + Array(try encoder.encode(information))
            + Array(",\"licenses\":[],\n\"categories\":[\(categories.joined(separator: ","))],\n\"annotations\":[".utf8)
    }

    /// Adds a picture and gives the annotations of its boxes.
    mutating func add(
        _ labels: [CameraLabel],
        _ frame: CameraFrame,
        scene: String,
        sampleToken: String
    ) throws -> [UInt8] {
        let picture = Picture(
            id: pictures.count + 1,
            file_name: frame.imagePath,
            width: frame.width,
            height: frame.height,
            scene: scene,
            sample_token: sampleToken,
            camera: frame.channel
        )
        pictures.append(Array(try encoder.encode(picture)))
        var text = ""
        for label in labels {
            text += annotationCount == 0 ? "\n" : ",\n"
            annotationCount += 1
            // COCO counts from the corner of the first pixel, and not from its centre.
            let (low, high) = label.clipped(to: frame, edge: 0.5)
            let (x, y) = (hundredths(low.x + 0.5), hundredths(low.y + 0.5))
            let (width, height) = (hundredths(high.x - low.x), hundredths(high.y - low.y))
            text +=
                "{\"id\":\(annotationCount),\"image_id\":\(picture.id),\"category_id\":\(label.box.name.index + 1),"
                + "\"bbox\":[\(x),\(y),\(width),\(height)],\"area\":\(hundredths((high.x - low.x) * (high.y - low.y))),"
                + "\"iscrowd\":0,\"score\":\(label.box.score)}"
        }
        return Array(text.utf8)
    }

    /// What stands behind the annotations.
    func end() -> [UInt8] {
        Array("\n],\n\"images\":[\n".utf8) + Array(pictures.joined(separator: Array(",\n".utf8))) + Array("\n]}\n".utf8)
    }

    private func hundredths(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
