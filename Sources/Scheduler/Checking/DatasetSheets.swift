internal import CommandSupport
internal import Datasets
internal import ImageFiles
internal import Keyframes
internal import Reporting
internal import Scenes
internal import SystemSupport

/// Draws sheets of samples, spread evenly over the scenes that go by.
final class DatasetSheets {
    /// Where sheets are written; made with the first.
    let folder: String
    /// How many were written.
    private(set) var written = 0
    private let replaces: Bool
    private let source: any DatasetSource
    private let pictureFolder: String
    private let wanted: Int
    private var stride = 1.0
    private var next = 0.0
    private var place = 0

    /// - Parameters:
    ///   - wanted: how many sheets are wanted.
    ///   - replaces: whether files that hold something else are replaced.
    init(_ source: any DatasetSource, pictureFolder: String, folder: String, wanted: Int, replaces: Bool) {
        self.source = source
        self.folder = folder
        self.pictureFolder = pictureFolder
        self.wanted = wanted
        self.replaces = replaces
    }

    /// Begins with the first of so many samples.
    func begin(samples: Int) {
        stride = max(1, Double(samples) / Double(wanted))
        next = samples > wanted ? stride / 2 : 0
        place = 0
    }

    /// Draws the samples of a scene whose turn it is.
    ///
    /// - Returns: what could not be drawn, for people.
    /// - Throws: `FileError` where a sheet cannot be written, `ReportingError` where it cannot be drawn.
    func take(_ scene: SceneFrames) throws -> [String] {
        var chosen: [Int] = []
        for index in scene.samples.indices {
            defer { place += 1 }
            guard Double(place) >= next.rounded(.down), written + chosen.count < wanted else { continue }
            next += stride
            chosen.append(index)
        }
        guard !chosen.isEmpty else { return [] }
        var problems: [String] = []
        let boxes = annotated(scene, &problems)
        for index in chosen {
            let sample = scene.samples[index]
            let cameras = sample.cameras.compactMap { overlay($0, sample, scene, boxes[sample.token] ?? [], &problems) }
            guard !cameras.isEmpty else { continue }
            let sheet = OverlaySheet(
                title: "\(source.version)  \(scene.name)",
                subtitle: "sample \(index + 1) of \(scene.samples.count), \(sample.token)",
                cameras: cameras
            )
            let bytes = try PNGEncoder.encode(sheet.render())
            try Folders.create(folder)
            // A name has at most 200 bytes.
            let path = "\(folder)/\(scene.name)-\(index + 1).png"
            try OutputFile.write(bytes, to: path, replaces: replaces)
            written += 1
        }
        return problems
    }

    private func overlay(
        _ frame: CameraFrame,
        _ sample: SampleFrames,
        _ scene: SceneFrames,
        _ boxes: [MarkedBox],
        _ problems: inout [String]
    ) -> CameraOverlay? {
        do {
            let bytes = try frame.openPicture(in: pictureFolder).withBytes { Array($0) }
            let picture = try JPEGDecoder().decode(bytes)
            // What is wrong with a mask was said when its camera was met first.
            let mask = try? CameraMask.read(frame, in: pictureFolder)
            return CameraOverlay(frame: frame, picture: picture, mask: mask, boxes: boxes)
        } catch {
            problems.append(
                "scene \(scene.name), sample \(sample.token): '\(frame.imagePath)' of \(frame.channel) cannot be drawn: \(error)"
            )
            return nil
        }
    }

    /// The scene's boxes by sample; none where the dataset has none.
    private func annotated(_ scene: SceneFrames, _ problems: inout [String]) -> [String: [MarkedBox]] {
        var found: [String: [MarkedBox]] = [:]
        do {
            for sample in try source.annotations(of: [scene])?.first?.samples ?? [] {
                found[sample.token] = sample.boxes.map {
                    MarkedBox(centre: $0.translation, size: $0.size, rotation: $0.rotation, label: -1)
                }
            }
        } catch {
            problems.append("scene \(scene.name): its annotated boxes cannot be read: \(error)")
        }
        return found
    }
}
