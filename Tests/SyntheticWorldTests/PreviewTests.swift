import Foundation
import ImageFiles
import Scenes
import SystemSupport
import Testing

@testable import SyntheticWorld

/// Pictures for people's eyes: `OCC_SYNTHETIC_PREVIEW=/tmp/preview swift test --filter Preview` writes them.
///
/// Beside each scene's six pictures stand its labels and masks from above, and the pictures again with the centres of
/// the visible voxels of annotated things dotted in the palette's colours: dots must lie on their things.
@Suite struct PreviewTests {
    static let folder = ProcessInfo.processInfo.environment["OCC_SYNTHETIC_PREVIEW"]

    /// Colours of the classes (FlashOCC `tools/analysis_tools/vis_occ.py`).
    static let palette: [(UInt8, UInt8, UInt8)] = [
        (0, 0, 0), (112, 128, 144), (220, 20, 60), (255, 127, 80), (255, 158, 0), (233, 150, 70), (255, 61, 99),
        (0, 0, 230), (47, 79, 79), (255, 140, 0), (255, 99, 71), (0, 207, 191), (175, 0, 75), (75, 0, 75),
        (112, 180, 60), (222, 184, 135), (0, 175, 0), (255, 255, 255),
    ]

    // Skipped unless a folder is named: it makes pictures and checks nothing.
    @Test(.enabled(if: PreviewTests.folder != nil)) func writePictures() throws {
        let environment = ProcessInfo.processInfo.environment
        let folder = try #require(Self.folder)
        try Folders.create(folder)
        let seed = UInt64(environment["OCC_SYNTHETIC_SEED"] ?? "1") ?? 1
        let scenes = (environment["OCC_SYNTHETIC_SCENES"] ?? "0,1,2").split(separator: ",").compactMap { Int($0) }
        let sample = Int(environment["OCC_SYNTHETIC_SAMPLE"] ?? "4") ?? 4
        let width = Int(environment["OCC_SYNTHETIC_WIDTH"] ?? "800") ?? 800
        let options = SyntheticOptions(
            scenes: 1,
            samplesPerScene: max(10, sample + 1),
            seed: seed,
            imageWidth: width,
            imageHeight: width * 9 / 16
        )
        for index in scenes {
            let started = ContinuousClock.now
            let plan = ScenePlan(index: index, options: options)
            let built = ContinuousClock.now
            let job = SampleJob(
                scene: plan,
                sample: sample,
                options: options,
                directory: DatasetDirectory(root: folder, version: options.version)
            )
            let order = [5, 0, 1, 4, 3, 2]
            var images: [RGBImage] = []
            for camera in order {
                images.append(
                    job.render(camera: camera, time: plan.clock.seconds(plan.clock.camera(camera, sample: sample)))
                )
            }
            let rendered = ContinuousClock.now
            let time = plan.clock.seconds(plan.clock.sample(sample))
            let ego = plan.world.ego.pose(at: time)
            let cameras = plan.cameras(sample)
            let labels = SampleLabels(
                world: plan.world,
                solids: plan.world.solids(at: time, around: SIMD2(ego.x, ego.y), reach: 100),
                ego: ego,
                cameras: cameras
            )
            let labelled = ContinuousClock.now
            let frame = FrameWorld(plan.world, at: time, around: SIMD2(ego.x, ego.y))
            let sweep = LidarSweep(world: frame, ego: ego)
            print(
                "scene \(index): world \(built - started), six pictures \(rendered - built), labels "
                    + "\(labelled - rendered), lidar \(ContinuousClock.now - labelled) (\(sweep.points.count / 5) points), "
                    + "\(plan.world.scenery.count) solids, \(plan.world.actors.count) actors"
            )
            try save(montage(images), "\(folder)/scene\(index).png")
            var dotted = images
            for (place, camera) in order.enumerated() {
                overlay(&dotted[place], labels, plan.judges(1)[camera], ego)
            }
            try save(montage(dotted), "\(folder)/scene\(index)-dots.png")
            let views = [
                above(labels.semantics, mask: nil), above(labels.semantics, mask: labels.maskCamera),
                above(labels.semantics, mask: labels.maskLidar),
            ]
            try save(row(views), "\(folder)/scene\(index)-labels.png")
        }
    }

    private func save(_ image: RGBImage, _ path: String) throws {
        try AtomicFile.write(try PNGEncoder.encode(image), to: path)
    }

    private func row(_ images: [RGBImage]) -> RGBImage {
        let width = images.reduce(0) { $0 + $1.width } + 8 * (images.count - 1)
        var out = RGBImage(width: width, height: images[0].height, red: 128, green: 128, blue: 128)
        var left = 0
        for image in images {
            for y in 0..<image.height {
                for x in 0..<image.width { out[left + x, y] = image[x, y] }
            }
            left += image.width + 8
        }
        return out
    }

    private func montage(_ images: [RGBImage]) -> RGBImage {
        let top = row(Array(images[0..<3]))
        let bottom = row(Array(images[3..<6]))
        return RGBImage(
            width: top.width,
            height: top.height * 2,
            pixels: top.pixels + bottom.pixels
        )
    }

    /// The topmost voxel of each column, forward up; voxels outside a mask count as free.
    private func above(_ labels: [UInt8], mask: [UInt8]?) -> RGBImage {
        var image = RGBImage(width: 400, height: 400, red: 255, green: 255, blue: 255)
        for y in 0..<400 {
            for x in 0..<400 {
                let i = 199 - y / 2
                let j = 199 - x / 2
                for k in stride(from: 15, through: 0, by: -1) {
                    let index = VoxelGrid.index(i, j, k)
                    if labels[index] == 17 || mask?[index] == 0 { continue }
                    image[x, y] = Self.palette[Int(labels[index])]
                    break
                }
            }
        }
        return image
    }

    private func overlay(
        _ image: inout RGBImage,
        _ labels: SampleLabels,
        _ view: (camera: PinholeCamera, ego: Pose),
        _ ego: Pose
    ) {
        for i in 0..<200 {
            for j in 0..<200 {
                for k in 0..<16 {
                    let index = VoxelGrid.index(i, j, k)
                    let label = labels.semantics[index]
                    guard label <= 10, labels.maskCamera[index] == 1 else { continue }
                    let c = VoxelGrid.center(i, j, k)
                    let global = ego.apply(SIMD3(Double(c.x), Double(c.y), Double(c.z)))
                    guard let p = view.camera.project(view.ego.applyInverse(global)) else { continue }
                    let x = Int(p.u.rounded())
                    let y = Int(p.v.rounded())
                    guard x >= 1, y >= 1, x < image.width - 1, y < image.height - 1 else { continue }
                    for dy in -1...0 {
                        for dx in -1...0 { image[x + dx, y + dy] = Self.palette[Int(label)] }
                    }
                }
            }
        }
    }
}
