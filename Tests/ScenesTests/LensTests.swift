import Foundation
import Scenes
import Testing

@Suite("Lenses")
struct LensTests {
    private static let points: [SIMD3<Double>] = [
        SIMD3(0.3, -0.2, 1.5), SIMD3(-1.1, 0.7, 2.0), SIMD3(0.05, 0.9, 1.2), SIMD3(0, 0, 1),
    ]
    private static let narrow = [1010.2, 0, 959.1, 0, 1009.8, 541.7, 0, 0, 1]
    private static let wide = [331.0, 0, 640.0, 0, 331.2, 480.5, 0, 0, 1]
    private static let fisheye = points + [SIMD3(2.0, 1.0, 0.3)]
    private static let mirror = points + [SIMD3(2.0, 1.0, -0.2)]

    private struct Case: Sendable, CustomStringConvertible {
        let model: String
        let coefficients: [Double]
        let intrinsics: [Double]
        let points: [SIMD3<Double>]
        let pixels: [SIMD2<Double>]
        var description: String { "\(model) \(coefficients)" }
    }

    // What OpenCV 5.0.0 gives: cv2.projectPoints, cv2.fisheye.projectPoints, cv2.omnidir.projectPoints.
    private static let published = [
        Case(
            model: "opencv",
            coefficients: [-0.31, 0.09, 0.0002, -0.0001],
            intrinsics: narrow,
            points: points,
            pixels: [
                SIMD2(1157.5572471288888, 409.45533536000005), SIMD2(467.47764643749997, 854.4852344375),
                SIMD2(994.9905927151151, 1188.6143970458984), SIMD2(959.1, 541.7),
            ]
        ),
        Case(
            model: "opencv",
            coefficients: [-0.31, 0.09, 0.0002, -0.0001, -0.01],
            intrinsics: narrow,
            points: points,
            pixels: [
                SIMD2(1157.5568574383497, 409.45559505082474), SIMD2(467.90416392656243, 854.2139216890625),
                SIMD2(994.9149827991924, 1187.2539574539608), SIMD2(959.1, 541.7),
            ]
        ),
        Case(
            model: "opencv",
            coefficients: [0.4, -0.2, 0.001, -0.0007, 0.03, 0.7, -0.11, 0.02],
            intrinsics: narrow,
            points: points,
            pixels: [
                SIMD2(1157.5636358096656, 409.4744155259287), SIMD2(464.48026202577694, 856.5713746144681),
                SIMD2(994.7990185895233, 1191.7767094418043), SIMD2(959.1, 541.7),
            ]
        ),
        Case(
            model: "opencv",
            coefficients: [0.4, -0.2, 0.001, -0.0007, 0.03, 0.7, -0.11, 0.02, 0.003, -0.001, 0.002, 0.0005],
            intrinsics: narrow,
            points: points,
            pixels: [
                SIMD2(1157.7353648210237, 409.592789019262), SIMD2(465.585799650777, 857.5209021769681),
                SIMD2(996.1873828624063, 1193.076981862052), SIMD2(959.1, 541.7),
            ]
        ),
        Case(
            model: "kb4",
            coefficients: [0.02, -0.004, 0.001, 0],
            intrinsics: wide,
            points: fisheye,
            pixels: [
                SIMD2(705.0390005886402, 437.1144672810521), SIMD2(477.65842150854377, 583.8706991416072),
                SIMD2(651.919517503035, 695.180953311459), SIMD2(640, 480.5),
                SIMD2(1079.6309991968228, 700.4483186314014),
            ]
        ),
        Case(
            model: "kb4",
            coefficients: [-0.02, 0.01, -0.003, 0.0004],
            intrinsics: wide,
            points: fisheye,
            pixels: [
                SIMD2(704.8971642212005, 437.2090819938337), SIMD2(479.583864703567, 582.644676756729),
                SIMD2(651.7484247951396, 692.0994237423087), SIMD2(640, 480.5),
                SIMD2(1057.9815443262587, 689.6170505753125),
            ]
        ),
        Case(
            model: "mei",
            coefficients: [0.9, -0.2, 0.05, 0.001, -0.0005],
            intrinsics: wide,
            points: mirror,
            pixels: [
                SIMD2(674.2606447829065, 457.6492097050057), SIMD2(553.8595971144061, 535.3720456737357),
                SIMD2(646.3150819278707, 594.6537559417345), SIMD2(640, 480.5),
                SIMD2(935.0496058240583, 628.7385265065789),
            ]
        ),
        Case(
            model: "mei",
            coefficients: [1.6, 0.01, 0.002, 0, 0.0003],
            intrinsics: wide,
            points: mirror,
            pixels: [
                SIMD2(665.0269565918946, 463.8058277364521), SIMD2(577.4196641934082, 520.3510862291099),
                SIMD2(644.6046947333074, 563.3225444579613), SIMD2(640, 480.5),
                SIMD2(836.199652037761, 578.6375113580552),
            ]
        ),
    ]

    private func model(_ intrinsics: [Double], _ name: String, _ d: [Double], angle: Double? = nil) throws
        -> CameraModel
    {
        let lens = try #require(CameraLens(name: name, coefficients: d, maximumAngle_rad: angle))
        return try #require(CameraModel(intrinsics: intrinsics, lens: lens))
    }

    @Test("Points land where OpenCV puts them, and pixels see the way they came from")
    func likeOpenCV() throws {
        for golden in Self.published {
            let model = try model(golden.intrinsics, golden.model, golden.coefficients)
            for (point, pixel) in zip(golden.points, golden.pixels) {
                let found = try #require(model.project(point), "\(golden) \(point)")
                let miss = found - pixel
                #expect(max(abs(miss.x), abs(miss.y)) < 1e-8, "\(golden) \(point): \(found), not \(pixel)")
                let direction = try #require(model.unproject(pixel), "\(golden) \(pixel)")
                let wanted = point / (point * point).sum().squareRoot()
                let turn = direction - wanted
                #expect((turn * turn).sum().squareRoot() < 1e-8, "\(golden) \(pixel): \(direction), not \(wanted)")
            }
        }
    }

    @Test("f-theta is its polynomial, then the linear part")
    func ftheta() throws {
        let lens = try #require(FThetaLens([0, 900, -3, 20, 0.5]))
        let k = lens.intrinsics(linear: SIMD3(1.01, 0.002, -0.003), principal: SIMD2(1900, 1060))
        let model = try #require(CameraModel(intrinsics: k, lens: CameraLens(.ftheta(lens))))
        for point in Self.fisheye + [SIMD3(-1, 0.5, -0.4)] {
            let rho = (point.x * point.x + point.y * point.y).squareRoot()
            let a = atan2(rho, point.z)
            let distance = 900 * a - 3 * a * a + 20 * a * a * a + 0.5 * a * a * a * a
            let (x, y) = rho > 0 ? (distance * point.x / rho, distance * point.y / rho) : (0, 0)
            let wanted = SIMD2(1.01 * x + 0.002 * y + 1900, -0.003 * x + y + 1060)
            let found = try #require(model.project(point))
            #expect(abs(found.x - wanted.x) < 1e-9 && abs(found.y - wanted.y) < 1e-9)
            let direction = try #require(model.unproject(found))
            let turn = direction - point / (point * point).sum().squareRoot()
            #expect((turn * turn).sum().squareRoot() < 1e-9)
        }
    }

    @Test("Every pixel that sees a direction is where that direction lands")
    func roundTrips() throws {
        var models = try Self.published.map { try model($0.intrinsics, $0.model, $0.coefficients) }
        models.append(try model(Self.narrow, "none", []))
        for model in models {
            var seen = 0
            for x in stride(from: -100.0, through: 2000, by: 70) {
                for y in stride(from: -100.0, through: 1200, by: 65) {
                    guard let direction = model.unproject(SIMD2(x, y)) else { continue }
                    seen += 1
                    let pixel = try #require(model.project(direction * 7), "\(model.lens.name) \(x) \(y)")
                    #expect(abs(pixel.x - x) < 1e-6 && abs(pixel.y - y) < 1e-6, "\(model.lens) \(x) \(y): \(pixel)")
                }
            }
            #expect(seen > 40, "\(model.lens)")
        }
    }

    @Test("Where a curve falls there is no pixel: nothing folds back into the picture")
    func folding() throws {
        // Strong barrel distortion without a term that makes up for it: r (1 - 0.3 r²) rises up to r = 1.054.
        let model = try model(Self.narrow, "opencv", [-0.3, 0, 0, 0])
        #expect(model.project(SIMD3(1.0, 0, 1)) != nil)
        #expect(model.project(SIMD3(1.2, 0, 1)) == nil)
        #expect(model.project(SIMD3(1.8, 0, 1)) == nil, "r (1 - 0.3 r²) is 0.05 there, near the middle of the picture")
        let fisheye = try self.model(Self.wide, "kb4", [-0.2, 0, 0, 0])
        #expect(fisheye.project(SIMD3(1, 0, 0.2)) == nil)
    }

    @Test("Points behind, beyond the largest angle, or nowhere are not seen")
    func unseen() throws {
        let pinhole = try model(Self.narrow, "none", [])
        #expect(pinhole.project(SIMD3(0, 0, -1)) == nil && pinhole.project(SIMD3(1, 0, 0)) == nil)
        #expect(pinhole.project(.zero) == nil && pinhole.project(SIMD3(.nan, 0, 1)) == nil)
        #expect(pinhole.unproject(SIMD2(.infinity, 0)) == nil)
        let narrow = try model(Self.wide, "kb4", [0, 0, 0, 0], angle: 1)
        #expect(narrow.project(SIMD3(sin(0.99), 0, cos(0.99))) != nil)
        #expect(narrow.project(SIMD3(sin(1.01), 0, cos(1.01))) == nil)
        #expect(narrow.unproject(SIMD2(640 + 331 * 1.01, 480.5)) == nil)
        let behind = try model(Self.wide, "kb4", [0, 0, 0, 0])
        #expect(behind.project(SIMD3(1, 0, -0.5)) != nil, "a fisheye sees behind itself")
    }

    @Test("Wrong numbers make no lens and no camera")
    func refused() {
        #expect(CameraLens(name: "none", coefficients: [0.1]) == nil)
        #expect(CameraLens(name: "opencv", coefficients: [0, 0, 0]) == nil)
        #expect(CameraLens(name: "kb4", coefficients: [0, 0, .nan, 0]) == nil)
        #expect(CameraLens(name: "ftheta", coefficients: [1, 300]) == nil)
        #expect(CameraLens(name: "ftheta", coefficients: [0, -300]) == nil)
        #expect(CameraLens(name: "mei", coefficients: [-1, 0, 0, 0, 0]) == nil)
        #expect(CameraLens(name: "other", coefficients: []) == nil)
        #expect(CameraLens(name: "none", coefficients: [], maximumAngle_rad: 4) == nil)
        #expect(CameraModel(intrinsics: [1, 0, 0, 0, 0, 0, 0, 0, 1]) == nil)
        #expect(CameraModel(intrinsics: [1, 0, 0]) == nil)
    }

    @Test("A lens is made again of its name and numbers")
    func names() throws {
        for golden in Self.published {
            let lens = try #require(CameraLens(name: golden.model, coefficients: golden.coefficients))
            #expect(lens.name == golden.model && lens.coefficients == golden.coefficients)
        }
        #expect(CameraLens.none.coefficients == [] && CameraLens.names.contains(CameraLens.none.name))
    }
}
