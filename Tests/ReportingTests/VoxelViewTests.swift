import ImageFiles
import Scenes
import Testing

@testable import Reporting

@Suite("solid voxels")
struct VoxelViewTests {
    private func grid(
        _ voxels: [(x: Int, y: Int, z: Int, label: UInt8)],
        mask: [UInt8]? = nil,
        shape: [Int] = [10, 10, 4]
    ) -> VoxelLabels {
        var labels = [UInt8](repeating: OccupancyClass.freeLabel, count: shape.reduce(1, *))
        for voxel in voxels { labels[(voxel.x * shape[1] + voxel.y) * shape[2] + voxel.z] = voxel.label }
        return VoxelLabels(semantics: labels, maskCamera: mask, shape: shape)
    }

    /// Where a picture differs from that of an empty grid: smallest and largest column and row.
    private func drawn(_ image: RGBImage) throws -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
        let empty = try VoxelView.image(grid([]), width: image.width, height: image.height)
        let places = (0..<(image.width * image.height)).filter { index in
            (0..<3).contains { image.pixels[index * 3 + $0] != empty.pixels[index * 3 + $0] }
        }
        guard let first = places.first, let last = places.last else { return nil }
        let columns = places.map { $0 % image.width }
        return (columns.min()!...columns.max()!, first / image.width...last / image.width)
    }

    /// Whether a pixel has a shade of a colour: the same share of red, green and blue.
    private func isShade(_ pixel: (red: UInt8, green: UInt8, blue: UInt8), of colour: Colour) -> Bool {
        let (one, other) = (
            SIMD3(Double(pixel.red), Double(pixel.green), Double(pixel.blue)),
            SIMD3(Double(colour.red), Double(colour.green), Double(colour.blue))
        )
        let cosine = (one * other).sum() / ((one * one).sum() * (other * other).sum()).squareRoot()
        return cosine > 0.998
    }

    @Test("forward is up, left is left, high is high; a free grid is background alone")
    func places() throws {
        func place(_ x: Int, _ y: Int, _ z: Int) throws -> (x: ClosedRange<Int>, y: ClosedRange<Int>) {
            try #require(try drawn(VoxelView.image(grid([(x, y, z, 4)]), width: 160, height: 90)))
        }
        let middle = try place(5, 5, 0)
        #expect(try place(9, 5, 0).y.upperBound < middle.y.lowerBound)
        #expect(try place(5, 9, 0).x.upperBound < middle.x.lowerBound)
        #expect(try place(5, 1, 0).x.lowerBound > middle.x.upperBound)
        #expect(try place(5, 5, 3).y.lowerBound < middle.y.lowerBound)
        #expect(try place(9, 5, 0).x.count < place(1, 5, 0).x.count)
        #expect(try drawn(VoxelView.image(grid([]), width: 160, height: 90)) == nil)
    }

    @Test("what stands before a voxel hides it, from every side", arguments: [0.0, 1.5, 3, 4.5])
    func hiding(_ turn: Double) throws {
        // A bus hides a pedestrian that the eye looks at along one line; without the bus, the pedestrian is seen.
        let (dx, dy) = turn == 0 ? (-1, 0) : turn == 1.5 ? (0, -1) : turn == 3 ? (1, 0) : (0, 1)
        let pedestrian = (x: 5, y: 5, z: 1, label: UInt8(7))
        let eye = SIMD3(0.2 + Double(dx) * 12, 0.2 + Double(dy) * 12, -0.4)
        let camera = VoxelCamera(eye: eye, target: SIMD3(0.2, 0.2, -0.4), fieldOfView_deg: 30)
        func middle(_ voxels: [(x: Int, y: Int, z: Int, label: UInt8)]) throws -> (
            red: UInt8, green: UInt8, blue: UInt8
        ) {
            try VoxelView.image(grid(voxels), from: camera, width: 64, height: 64)[32, 32]
        }
        #expect(isShade(try middle([pedestrian]), of: OccupancyPalette.colours[7]))
        let before = (x: 5 + dx * 2, y: 5 + dy * 2, z: 1, label: UInt8(3))
        let behind = (x: 5 - dx * 2, y: 5 - dy * 2, z: 1, label: UInt8(3))
        #expect(isShade(try middle([pedestrian, before]), of: OccupancyPalette.colours[3]))
        #expect(isShade(try middle([pedestrian, behind]), of: OccupancyPalette.colours[7]))
    }

    @Test("every visible face is there once: no background shows through a solid block")
    func closed() throws {
        let block = (2..<8).flatMap { x in (2..<8).flatMap { y in (0..<3).map { (x: x, y: y, z: $0, label: UInt8(7)) } }
        }
        let image = try VoxelView.image(grid(block), width: 320, height: 180)
        let place = try #require(try drawn(image))
        for y in place.y {
            let row = place.x.filter { isShade(image[$0, y], of: OccupancyPalette.colours[7]) }
            guard let first = row.first, let last = row.last else { continue }
            #expect(row.count == last - first + 1, "row \(y)")
        }
        // Three directions have three shades, and edges are darker still.
        let shades = Set(place.y.flatMap { y in place.x.map { image[$0, y].blue } })
        #expect(shades.count > 6)
    }

    @Test("voxels that no camera sees are dimmed where that is asked for")
    func dimming() throws {
        let labels = grid([(5, 5, 0, 7)], mask: [UInt8](repeating: 0, count: 400))
        let (whole, dim) = (
            try VoxelView.image(labels, width: 160, height: 90),
            try VoxelView.image(labels, isDimmed: true, width: 160, height: 90)
        )
        let place = try #require(try drawn(whole))
        let (x, y) = ((place.x.lowerBound + place.x.upperBound) / 2, (place.y.lowerBound + place.y.upperBound) / 2)
        #expect(
            isShade(whole[x, y], of: OccupancyPalette.colours[7])
                && !isShade(dim[x, y], of: OccupancyPalette.colours[7])
        )
        #expect(dim[x, y].red > whole[x, y].red)
        #expect(try VoxelView.image(labels, width: 160, height: 90) == whole)
    }

    @Test("the car stands in an empty grid of Occ3D's shape, and hides no label")
    func car() throws {
        let empty = VoxelLabels(semantics: [UInt8](repeating: OccupancyClass.freeLabel, count: VoxelGrid.count))
        #expect(try drawn(VoxelView.image(empty, width: 320, height: 180)) != nil)
        let full = VoxelLabels(semantics: [UInt8](repeating: 7, count: VoxelGrid.count))
        let image = try VoxelView.image(full, width: 64, height: 36)
        #expect(isShade(image[32, 18], of: OccupancyPalette.colours[7]))
    }

    @Test("eyes that see nothing and pictures too large are refused; eyes inside the grid are not")
    func eyes() throws {
        let labels = grid([(5, 5, 1, 7), (6, 5, 1, 7)])
        let here = SIMD3(0.1, 0.1, -0.5)
        for camera in [
            VoxelCamera(eye: here, target: here), VoxelCamera(eye: here, target: SIMD3(.nan, 0, 0)),
            VoxelCamera(eye: SIMD3(1e300, 0, 0), target: here),
            VoxelCamera(eye: here, target: .zero, fieldOfView_deg: 180),
        ] {
            #expect(throws: ReportingError.self) { try VoxelView.image(labels, from: camera) }
        }
        #expect(throws: ReportingError.self) { try VoxelView.image(labels, width: 0) }
        #expect(throws: ReportingError.self) { try VoxelView.image(labels, width: 8192, height: 8192) }
        for target in [SIMD3(1, 0, 0), SIMD3(0.1, 0.1, -9), SIMD3(0, -3, 2)] {
            let image = try VoxelView.image(labels, from: VoxelCamera(eye: here, target: target), width: 32, height: 32)
            #expect(image.width == 32)
        }
    }
}
