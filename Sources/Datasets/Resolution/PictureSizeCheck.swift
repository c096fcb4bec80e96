internal import Dispatch
internal import Foundation
internal import ImageFiles
public import Scenes
internal import Synchronization
internal import SystemSupport

/// How many pictures' headers are compared with the sizes that their tables give, while a dataset is resolved.
public enum PictureSizeCheck: String, Hashable, Sendable, CaseIterable {
    /// None.
    case none
    /// Those of `sampleLimit` samples, spread evenly over all scenes.
    case sample
    /// Those of every sample.
    case all

    /// The samples whose six pictures are looked at when not all are.
    public static let sampleLimit = 100
}

/// Compares pictures with their tables: the table gives width, height and intrinsics, the file's header has a size too, and a network
/// that is given pictures of another size than the intrinsics belong to sees a world that is not there.
struct PictureSizes {
    /// The dataset's root.
    let root: String

    /// What was found.
    struct Report {
        /// One problem for each scene that has a picture of another size, in the order of scenes.
        var flaws: [(scene: String, problem: DatasetProblem)] = []
        /// Pictures whose headers cannot be read: the first few, for a warning.
        ///
        /// Their scenes fail by themselves when it is their turn.
        var unreadable: [DatasetProblem] = []
    }

    static let mostUnreadable = 5

    /// Looks at all pictures of scenes, several at once.
    func compare(_ scenes: [SceneFrames]) -> Report {
        let found = Mutex([Int: Report]())
        DispatchQueue.concurrentPerform(iterations: scenes.count) { index in
            let report = compare(scenes[index])
            found.withLock { $0[index] = report }
        }
        var report = Report()
        for index in scenes.indices {
            guard let part = found.withLock({ $0[index] }) else { continue }
            report.flaws += part.flaws
            report.unreadable += part.unreadable.prefix(Self.mostUnreadable - report.unreadable.count)
        }
        return report
    }

    private func compare(_ scene: SceneFrames) -> Report {
        var report = Report()
        var first: DatasetProblem?
        var others = 0
        guard let decoder = try? JPEGDecoder() else { return report }
        for sample in scene.samples {
            for camera in sample.cameras {
                let path = "\(root)/\(camera.imagePath)"
                let header: JPEGDecoder.Header
                do {
                    header = try camera.openPicture(in: root).withBytes { try decoder.header(of: $0) }
                } catch {
                    report.unreadable.append(
                        DatasetProblem(
                            .badImage,
                            file: path,
                            scene: scene.name,
                            found: "\(camera.channel) of sample \(sample.token): \(error)",
                            advice: (error as? ImageFileError)?.kind == .unsupported
                                ? "the scene will fail as it is"
                                : "copy the picture again; the scene will fail as it is"
                        )
                    )
                    continue
                }
                guard !camera.isOfSize(width: header.width, height: header.height) else { continue }
                others += 1
                guard first == nil else { continue }
                first = DatasetProblem(
                    .pictureSize,
                    file: path,
                    scene: scene.name,
                    found: "\(camera.channel) of sample \(sample.token) "
                        + camera.sizeFinding(width: header.width, height: header.height),
                    advice: CameraFrame.sizeAdvice
                )
            }
        }
        if var problem = first {
            if others > 1 { problem.found += " (and so for \(others - 1) more pictures of the scene)" }
            report.flaws.append((scene.name, problem))
        }
        return report
    }
}

extension CameraFrame {
    /// Whether a picture of this size is what the table says.
    public func isOfSize(width: Int, height: Int) -> Bool { self.width == width && self.height == height }

    /// What is wrong with a picture of another size than the table gives, and what to do about it.
    public func sizeFlaw(width: Int, height: Int) -> String {
        "\(sizeFinding(width: width, height: height)); \(Self.sizeAdvice)"
    }

    /// Both sizes of a picture.
    func sizeFinding(width: Int, height: Int) -> String {
        "is \(width) x \(height) pixels, but the dataset says \(self.width) x \(self.height), the size that the"
            + " camera's intrinsics belong to"
    }

    /// What to do about a picture of another size.
    static let sizeAdvice =
        "bring back the pictures that belong to the tables, or correct size and intrinsics in the dataset; if the pictures"
        + " were only resized, submit with --rescale-intrinsics"

    /// The intrinsic matrix of the picture after it was resized, in single precision: the first row times the ratio of the widths, the
    /// second times that of the heights.
    ///
    /// The network's own resizing scales pixels about the corner of the picture too (`post_rot`), so that a picture that was halved first
    /// and one that was not are placed alike.
    public func intrinsicsFloat32(ofWidth width: Int, height: Int) -> [Float] {
        intrinsics(ofWidth: width, height: height).map(Float.init)
    }

    /// The intrinsic matrix of a picture of another size, 9 values.
    public func intrinsics(ofWidth width: Int, height: Int) -> [Double] {
        guard !isOfSize(width: width, height: height), self.width > 0, self.height > 0 else { return intrinsics }
        let scales = [Double(width) / Double(self.width), Double(height) / Double(self.height), 1]
        return intrinsics.enumerated().map { $1 * scales[min($0 / 3, 2)] }
    }
}
