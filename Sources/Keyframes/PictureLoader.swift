internal import Datasets
internal import ImageFiles
internal import OccInference
internal import Scenes
internal import SystemSupport

/// Reads the pictures of a sample from the dataset into a network's input.
final class PictureLoader {
    /// Bytes of one camera's picture in the input.
    var pictureCount: Int { preprocessor.inputCount }

    private let preprocessor: ImagePreprocessor
    private let views: CameraViews
    private let acceptsOtherSizes: Bool

    /// Makes a loader.
    ///
    /// - Parameters:
    ///   - downsample: pixels of the network's input along a side of a feature.
    ///   - acceptsOtherSizes: whether a picture may be of another size than its table gives: then the caller looks to it that the
    ///     intrinsics follow.
    init(_ preprocessor: ImagePreprocessor, downsample: Int, acceptsOtherSizes: Bool = false) {
        self.preprocessor = preprocessor
        views = CameraViews(downsample: downsample)
        self.acceptsOtherSizes = acceptsOtherSizes
    }

    /// Decodes and shrinks the pictures of all cameras, each by itself: they may be of different sizes.
    ///
    /// A picture that the sample lacks is black, and its features are left out.
    ///
    /// - Parameters:
    ///   - frame: the sample whose pictures are read.
    ///   - cameras: what the network sees as its cameras.
    ///   - sample: the sample that is predicted: `frame` itself, or a later one.
    ///   - pixels: becomes [cameras, height, width, 3], in the memory that it has if that is enough.
    /// - Returns: what was done to each camera's picture.
    /// - Throws: `ScenePredictionError`; a picture that is not of the size that its table gives is one, unless that is accepted.
    func load(
        _ frame: SampleFrames,
        as cameras: [NetworkCamera],
        neededBy sample: SampleFrames,
        datasetRoot: String,
        into pixels: inout [UInt8]
    ) throws -> [LoadedPicture] {
        let name = Self.name(frame, neededBy: sample)
        let count = cameras.count * pictureCount
        if pixels.count != count { pixels = [UInt8](repeating: 0, count: count) }
        guard !frame.cameras.isEmpty else {
            throw ScenePredictionError(description: "\(name) has no cameras", isRetryable: false)
        }
        return try cameras.enumerated().map { place, camera in
            let part = place * pictureCount..<(place + 1) * pictureCount
            guard let picture = frame.cameras.first(where: { $0.channel == camera.channel }) else {
                pixels.replaceSubrange(part, with: repeatElement(0, count: pictureCount))
                return try LoadedPicture.missing(camera, preprocessor, downsample: views.downsample)
            }
            return try load(picture, camera, of: name, datasetRoot: datasetRoot, into: &pixels, at: part)
        }
    }

    /// A sample in an error, with the one that needs it if that is another.
    static func name(_ frame: SampleFrames, neededBy sample: SampleFrames) -> String {
        frame.token == sample.token
            ? "sample \(sample.token)" : "sample \(frame.token) (an earlier frame of sample \(sample.token))"
    }

    /// Decodes and shrinks one picture into its place in the input.
    private func load(
        _ picture: CameraFrame,
        _ camera: NetworkCamera,
        of name: String,
        datasetRoot: String,
        into input: inout [UInt8],
        at part: Range<Int>
    ) throws -> LoadedPicture {
        let file: PictureFile
        do {
            file = try picture.openPicture(in: datasetRoot)
        } catch let problem as DatasetProblem {
            throw ScenePredictionError(description: "\(name), \(picture.channel): \(problem)", isRetryable: false)
        } catch {
            // An empty mount point is not the scene's fault: the first folder of every picture's path must be there.
            let parts = picture.imagePath.split(separator: "/")
            let place = parts.count > 1 ? datasetRoot + "/" + parts[0] : datasetRoot
            switch Folders.presence(of: place) {
            case .present: break
            case .absent:
                throw ScenePredictionError(
                    description:
                        "the dataset's folder '\(place)' is not there; mount the dataset, or say where with --dataset-root",
                    isRetryable: true,
                    isHostFault: true
                )
            case .unknown(let error):
                throw ScenePredictionError(
                    description: "the dataset may not be read on this host: \(error)",
                    isRetryable: true,
                    isHostFault: true
                )
            }
            throw ScenePredictionError(description: "\(name), \(picture.channel): \(error)", isRetryable: true)
        }
        do {
            var size = (width: picture.width, height: picture.height)
            var entry: CameraViews.Entry?
            let geometry = try input.withUnsafeMutableBytes { pixels in
                let target = UnsafeMutableRawBufferPointer(rebasing: pixels[part])
                return try file.withBytes { jpeg in
                    try preprocessor.preprocess(jpeg, into: target) { width, height in
                        guard acceptsOtherSizes || picture.isOfSize(width: width, height: height) else {
                            throw ScenePredictionError(
                                description: "\(name), \(picture.channel): '\(file.path)' "
                                    + picture.sizeFlaw(width: width, height: height),
                                isRetryable: false
                            )
                        }
                        size = (width, height)
                        entry = try views.entry(
                            picture,
                            view: camera.view,
                            width: width,
                            height: height,
                            datasetRoot: datasetRoot,
                            preprocessor
                        )
                        return entry?.table
                    }
                }
            }
            return LoadedPicture(
                sourceWidth: size.width,
                sourceHeight: size.height,
                geometry: geometry,
                ignoredFeatures: entry?.ignoredFeatures ?? []
            )
        } catch let error as ScenePredictionError {
            throw error
        } catch {
            throw ScenePredictionError(
                description: "\(name), \(picture.channel): cannot decode '\(file.path)': \(error)",
                isRetryable: false
            )
        }
    }
}
