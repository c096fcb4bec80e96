import Foundation
import Scenes
import Testing

@testable import OccInference

/// Where pictures without their lens are read, written down for `ops/goldens/opencv_lenses.py`.
///
/// That script makes the cameras, in the folder that `OCC_LENS_CASES` names; without it a few are taken from here, and nothing is written.
@Suite struct LensFieldTests {
    private struct Case: Codable {
        let model: String
        let d: [Double]
        let k: [Double]
        let size: [Int]
    }

    private static let folder = ProcessInfo.processInfo.environment["OCC_LENS_CASES"]
    /// Every so many columns and rows are looked at.
    private static let step = 5

    private func cases() throws -> [Case] {
        guard let folder = Self.folder else {
            let k = [64.0, 0, 50.3, 0, 65, 28.8, 0, 0, 1]
            return [
                Case(model: "opencv", d: [-0.3, 0.1, 0.001, -0.002], k: k, size: [100, 60]),
                Case(model: "kb4", d: [0.02, -0.01, 0.001, 0], k: k, size: [100, 60]),
            ]
        }
        let text = try Data(contentsOf: URL(fileURLWithPath: folder + "/cases.json"))
        return try JSONDecoder().decode([Case].self, from: text)
    }

    @Test("The table reads within 1/256 of a pixel of the lens's place, and nowhere else")
    func fields() throws {
        for (number, one) in try cases().enumerated() {
            let lens = try #require(CameraLens(name: one.model, coefficients: one.d))
            let model = try #require(CameraModel(intrinsics: one.k, lens: lens))
            let (width, height) = (one.size[0], one.size[1])
            let view = try #require(model.rectified(width: width, height: height))
            let places = view.places(in: model)
            let table = WarpTable(
                width: width,
                height: height,
                rows: 0..<height,
                sourceWidth: width,
                sourceHeight: height
            ) { x, y in places(x, y).map { (x: $0.x, y: $0.y) } }
            var field = [view.focalX_px, view.focalY_px, view.centreX_px, view.centreY_px]
            var worst = 0.0
            var isElsewhere = false
            for row in stride(from: 0, to: height, by: Self.step) {
                for column in stride(from: 0, to: width, by: Self.step) {
                    let exact = places(Double(column), Double(row))
                    let read = table.place(column: column, row: row).map { SIMD2(Double($0.x), Double($0.y)) / 128 }
                    let isInside = exact.map {
                        $0.x >= -0.5 && $0.y >= -0.5 && $0.x < Double(width) - 0.5 && $0.y < Double(height) - 0.5
                    }
                    isElsewhere = isElsewhere || (isInside == true) != (read != nil)
                    if let read, let exact {
                        let most = SIMD2(Double(width - 1), Double(height - 1))
                        let miss = read - exact.clamped(lowerBound: .zero, upperBound: most)
                        worst = max(worst, abs(miss.x), abs(miss.y))
                    }
                    for place in [exact, read] { field += [place?.x ?? .nan, place?.y ?? .nan] }
                }
            }
            #expect(!isElsewhere && worst > 0 && worst < 0.00391, "camera \(number): \(worst)")
            guard let folder = Self.folder else { continue }
            try field.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: "\(folder)/\(number).f64")) }
        }
    }
}
