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
    private let acceptsOtherSizes: Bool

    /// Makes a loader.
    ///
    /// - Parameter acceptsOtherSizes: whether a picture may be of another size than its table gives: then the caller looks to it that
    ///   the intrinsics follow.
    init(_ preprocessor: ImagePreprocessor, acceptsOtherSizes: Bool = false) {
        self.preprocessor = preprocessor
        self.acceptsOtherSizes = acceptsOtherSizes
    }

    /// Decodes and shrinks the pictures of all cameras, each by itself: they may be of different sizes.
    ///
    /// - Parameters:
    ///   - frame: the sample whose pictures are read.
    ///   - sample: the sample that is predicted: `frame` itself, or a later one.
    ///   - pixels: becomes [cameras, height, width, 3], in the memory that it has if that is enough.
    /// - Returns: what was done to each picture.
    /// - Throws: `ScenePredictionError`; a picture that is not of the size that its table gives is one, unless that is accepted.
    func load(
        _ frame: SampleFrames,
        neededBy sample: SampleFrames,
        datasetRoot: String,
        into pixels: inout [UInt8]
    ) throws -> [ImageGeometry] {
        let name = Self.name(frame, neededBy: sample)
        let count = frame.cameras.count * pictureCount
        if pixels.count != count { pixels = [UInt8](repeating: 0, count: count) }
        guard !frame.cameras.isEmpty else {
            throw ScenePredictionError(description: "\(name) has no cameras", isRetryable: false)
        }
        return try frame.cameras.enumerated().map { camera, picture in
            let geometry = try load(picture, camera: camera, of: name, datasetRoot: datasetRoot, into: &pixels)
            guard acceptsOtherSizes || picture.isOfSize(width: geometry.sourceWidth, height: geometry.sourceHeight)
            else {
                throw ScenePredictionError(
                    description: "\(name), \(picture.channel): '\(datasetRoot)/\(picture.imagePath)' "
                        + picture.sizeFlaw(width: geometry.sourceWidth, height: geometry.sourceHeight),
                    isRetryable: false
                )
            }
            return geometry
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
        camera: Int,
        of name: String,
        datasetRoot: String,
        into input: inout [UInt8]
    ) throws -> ImageGeometry {
        let path = datasetRoot + "/" + picture.imagePath
        let file: MappedFile
        do {
            file = try picture.openPicture(in: datasetRoot)
        } catch let problem as DatasetProblem {
            throw ScenePredictionError(description: "\(name), \(picture.channel): \(problem)", isRetryable: false)
        } catch {
            // An empty mount point is not the scene's fault: the first folder of every picture's path must be there.
            let firstFolder = picture.imagePath.split(separator: "/").first.map(String.init) ?? ""
            let place = datasetRoot + "/" + firstFolder
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
        let count = preprocessor.inputCount
        do {
            return try input.withUnsafeMutableBytes { pixels in
                let target = UnsafeMutableRawBufferPointer(rebasing: pixels[camera * count..<(camera + 1) * count])
                return try file.withBytes { try preprocessor.preprocess($0, into: target) }
            }
        } catch {
            throw ScenePredictionError(
                description: "\(name), \(picture.channel): cannot decode '\(path)': \(error)",
                isRetryable: false
            )
        }
    }
}
