import ImageFiles
import Scenes
import Testing

@testable import Reporting

@Suite("figures of samples")
struct SampleFigureTests {
    private func grid(_ voxels: [(x: Int, y: Int, z: Int, label: UInt8)] = [], shape: [Int]) -> VoxelLabels {
        var labels = [UInt8](repeating: OccupancyClass.freeLabel, count: shape.reduce(1, *))
        for voxel in voxels { labels[(voxel.x * shape[1] + voxel.y) * shape[2] + voxel.z] = voxel.label }
        return VoxelLabels(semantics: labels, shape: shape)
    }

    private func colour(_ image: RGBImage, _ x: Int, _ y: Int) -> Colour {
        let (red, green, blue) = image[x, y]
        return Colour(red, green, blue)
    }

    private func isNear(_ one: Colour, _ other: Colour, _ distance: Int = 40) -> Bool {
        [(one.red, other.red), (one.green, other.green), (one.blue, other.blue)]
            .allSatisfy { abs(Int($0) - Int($1)) < distance }
    }

    @Test("a figure holds its views voxel by voxel, and all else is around them")
    func figure() throws {
        let shape = [40, 60, 2]
        let first = grid([(39, 59, 0, 4), (0, 0, 0, 16)], shape: shape)
        let second = grid([(20, 20, 1, 11)], shape: shape)
        let camera = RGBImage(width: 64, height: 32, red: 10, green: 20, blue: 30)
        for cameras in [0, 1, 6] {
            let figure = SampleFigure(
                title: "scene-0061",
                subtitle: "token é",
                note: "31.2",
                cameras: Array(repeating: .init(name: "CAM_FRONT", picture: camera), count: cameras),
                rows: [
                    [
                        .init(title: "prediction", note: "31.2", view: .above(first)),
                        .init(title: "ground truth", view: .above(second)),
                    ],
                    [.init(title: "prediction", view: .voxels(first))],
                ]
            )
            let layout = try SampleLayout(figure)
            let image = try figure.render()
            #expect(image.width == layout.width && image.height == layout.height)
            let (left, right) = (layout.rows[0][0], layout.rows[0][1])
            let cell = left.width / 60
            #expect(left.width == 60 * cell && left.height == 40 * cell && cell >= 10)
            #expect(left.right < right.x && right.right < image.width)
            #expect(colour(image, left.x, left.y) == OccupancyPalette.colours[4])
            #expect(colour(image, left.x + cell - 1, left.y + cell - 1) == OccupancyPalette.colours[4])
            #expect(colour(image, left.x + cell, left.y) == .white)
            #expect(colour(image, right.x + 39 * cell, right.y + 19 * cell) == OccupancyPalette.colours[11])
            #expect(layout.rows[1][0].y > left.bottom && layout.legend.count == 18)
            for (label, place) in layout.legend.enumerated() {
                #expect(colour(image, place.x + 9, place.y + 7) == OccupancyPalette.colours[label])
                #expect(
                    place.right <= image.width && place.bottom <= image.height && place.y > layout.rows[1][0].bottom
                )
            }
            for place in layout.cameras {
                #expect(place.bottom < left.y)
                #expect(colour(image, place.right - 1, place.bottom - 1) == Colour(10, 20, 30))
            }
            #expect(layout.cameras.count == cameras)
            #expect(try figure.render() == image)
            if cameras == 0 { #expect(try PNGDecoder.decode(figure.png()) == image) }
        }
    }

    @Test("boxes lie where they are: forward is up, left is left, heading and size turn with the box")
    func boxes() throws {
        let ahead = MarkedBox(centre: SIMD3(20, 0, 0), size: SIMD3(4, 10, 2), rotation: .identity, label: 0)
        let left = MarkedBox(
            centre: SIMD3(0, 20, 0),
            size: SIMD3(4, 10, 2),
            rotation: Quaternion(yaw_rad: .pi / 2),
            label: 5
        )
        // The car elsewhere and turned: what it sees is the same.
        let pose = RigidTransform(translation: SIMD3(100, -50, 3), rotation: Quaternion(yaw_rad: 1))
        let placement = Placement(pose)
        func placed(_ box: MarkedBox) -> MarkedBox {
            var box = box
            box.centre = placement.moved(box.centre)
            box.rotation = placement.turned(box.rotation)
            return box
        }
        let figure = SampleFigure(
            rows: [
                [
                    .init(title: "prediction", view: .boxes([placed(ahead)], shadows: [placed(left)], around: pose)),
                    .init(title: "truth", view: .boxes([placed(left)], around: pose)),
                ]
            ],
            range_m: 30
        )
        let (image, layout) = (try figure.render(), try SampleLayout(figure))
        let (one, two) = (layout.rows[0][0], layout.rows[0][1])
        #expect(one.width == 600 && one.height == 600)
        func pixel(_ place: Rectangle, _ x: Int, _ y: Int) -> Colour { colour(image, place.x + x, place.y + y) }
        // The box ahead reaches from 15 to 25 m ahead and 2 m to each side; its edge has its colour in full.
        for (x, y) in [(300, 50), (320, 130), (300, 80)] {
            #expect(isNear(pixel(one, x, y), DetectionPalette.colours[0]), "\(x) \(y)")
        }
        #expect(pixel(one, 310, 130) != .white && pixel(one, 330, 130) == .white)
        // Not mirrored: what is on the left is left of the middle, here as a grey area.
        #expect(pixel(one, 110, 310) == BoxColours.shadow && pixel(one, 490, 310) == .white)
        #expect(isNear(pixel(two, 50, 300), DetectionPalette.colours[5]))
        #expect(!isNear(pixel(two, 550, 300), DetectionPalette.colours[5]))
    }

    @Test("boxes beyond the view, of no size or of no numbers draw nothing outside and never trap")
    func strangeBoxes() throws {
        let strange: [Double] = [0, .nan, .infinity, -.infinity, 1e300, -1e9, 54.9]
        let boxes = strange.flatMap { a in
            strange.map { b in
                MarkedBox(
                    centre: SIMD3(a, b, a),
                    size: SIMD3(b, a, b),
                    rotation: Quaternion(w: a, x: 0, y: b, z: 1),
                    velocity: SIMD2(b, b),
                    label: Int(b.isFinite ? max(-9, min(b, 99)) : 3),
                    score: a
                )
            }
        }
        let picture = RGBImage(width: 60, height: 40, red: 9, green: 9, blue: 9)
        let figure = SampleFigure(
            cameras: [.init(name: "", picture: picture, frame: CameraProjectionTests.frame)],
            predicted: boxes,
            annotated: boxes,
            rows: [[.init(title: "", view: .boxes(boxes, shadows: boxes, around: .identity))]]
        )
        let image = try figure.render()
        #expect(colour(image, 2, image.height / 2) == .white)
        #expect(colour(image, image.width - 2, image.height / 2) == .white)
    }

    @Test("a box is drawn into the camera that sees it, in the colour of its class")
    func camera() throws {
        let picture = RGBImage(width: 160, height: 90, red: 120, green: 120, blue: 120)
        let box = MarkedBox(centre: SIMD3(10, 0, 0), size: SIMD3(4, 2, 2), rotation: .identity, label: 5, score: 0.5)
        var figure = SampleFigure(
            cameras: [.init(name: "", picture: picture, frame: CameraProjectionTests.frame)],
            predicted: [box],
            rows: []
        )
        let place = try SampleLayout(figure).cameras[0]
        func count() throws -> Int {
            let image = try figure.render()
            return (place.y..<place.bottom).reduce(0) { sum, y in
                sum + (place.x..<place.right).count { isNear(colour(image, $0, y), DetectionPalette.colours[5], 20) }
            }
        }
        #expect(try count() > 200)
        figure.predicted[0].centre.x = -10
        #expect(try count() == 0)
        #expect(box.title == "pedestrian 0.50")
    }

    @Test("any number of views and any small grid can be laid out; nothing and too much cannot")
    func layouts() throws {
        for count in 1...8 {
            for shape in [[1, 1, 1], [7, 3, 2], [1, 90, 1]] {
                let panel = SampleFigure.Panel(title: "a title longer than its grid", view: .above(grid(shape: shape)))
                let layout = try SampleLayout(SampleFigure(rows: [Array(repeating: panel, count: count)]))
                #expect(layout.width >= 600 && layout.rows[0].allSatisfy { $0.right <= layout.width - 28 })
            }
        }
        // Views in perspective alone are wider.
        let solid = SampleFigure.Panel(title: "", view: .voxels(grid(shape: [1, 1, 1])))
        let place = try SampleLayout(SampleFigure(rows: [[solid, solid]])).rows[0][1]
        #expect(place.width == 960 && place.height == 540)
        let panel = SampleFigure.Panel(title: "", view: .above(grid(shape: [1, 1, 1])))
        for rows in [
            [], [[]], [[panel], []], [Array(repeating: panel, count: 9)], Array(repeating: [panel], count: 9),
        ] {
            #expect(throws: ReportingError.self) { try SampleFigure(rows: rows).render() }
        }
        for range in [0, .nan, .infinity, 1e9] {
            #expect(throws: ReportingError.self) { try SampleFigure(rows: [[panel]], range_m: range).render() }
        }
        let broken = SampleFigure.Panel(title: "", view: .voxels(VoxelLabels(semantics: [], shape: [2, 2, 2])))
        #expect(throws: ReportingError.self) { try SampleFigure(rows: [[broken]]).render() }
    }
}
