import Foundation
import Scenes
import Testing

@testable import Evaluation

/// The boxes of one sample as scene files keep them.
@Suite("Detection document")
struct DetectionDocumentTests {
    private func box(_ token: String = "a \"token\"", velocity: SIMD2<Double>? = SIMD2(0.1, -7)) throws -> DetectionBox
    {
        try DetectionBox(
            sampleToken: token,
            translation: SIMD3(1.0 / 3, -2e-17, 1e5),
            size: SIMD3(2, 4.000_000_000_1, 1.5),
            rotation: Quaternion(yaw_rad: 0.7),
            velocity: velocity,
            name: .constructionVehicle,
            score: 0.25,
            attribute: velocity == SIMD2(0, 0) ? nil : .vehicleMoving
        )
    }

    @Test("Boxes come back bit for bit, and the text is JSON", arguments: [0, 1, 3])
    func roundTrip(_ count: Int) throws {
        let boxes = try (0..<count).map { _ in try box() } + (count > 1 ? [try box(velocity: SIMD2(0, 0))] : [])
        let document = try DetectionDocument.encode(boxes, of: "a \"token\"")
        #expect(try DetectionDocument.decode(document, of: "a \"token\"") == boxes)
        let parsed = try JSONSerialization.jsonObject(with: Data(document)) as? [[String: Any]]
        #expect(parsed?.count == boxes.count)
        #expect(parsed?.allSatisfy { $0["detection_name"] as? String == "construction_vehicle" } == true)
    }

    @Test("An unknown velocity is null, which is JSON, and comes back unknown")
    func unknownVelocity() throws {
        let boxes = [try box("a", velocity: nil)]
        let document = try DetectionDocument.encode(boxes, of: "a")
        #expect(try DetectionDocument.decode(document, of: "a") == boxes)
        let parsed = try JSONSerialization.jsonObject(with: Data(document)) as? [[String: Any]]
        #expect(parsed?.first?["velocity"] is NSNull)
    }

    @Test("What a document cannot hold is refused on the way in and on the way out")
    func refusals() throws {
        #expect(throws: EvaluationError.self) { try DetectionDocument.encode([box("b")], of: "a") }
        let many = [DetectionBox](repeating: try box("a"), count: 501)
        #expect(throws: EvaluationError.self) { try DetectionDocument.encode(many, of: "a") }
        let document = try DetectionDocument.encode([box("a")], of: "a")
        #expect(throws: EvaluationError.self) { try DetectionDocument.decode(document, of: "b") }
        #expect(throws: EvaluationError.self) { try DetectionDocument.decode(Array(document.dropLast()), of: "a") }
        #expect(throws: EvaluationError.self) { try DetectionDocument.decode(document + Array("[]".utf8), of: "a") }
        #expect(throws: EvaluationError.self) { try DetectionDocument.decode(Array("{}".utf8), of: "a") }
    }
}
