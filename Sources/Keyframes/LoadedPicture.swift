internal import Datasets
internal import OccInference
internal import Scenes

/// What became of one camera's picture.
struct LoadedPicture {
    /// Size of the picture in its file, pixels; of one that is missing, as the dataset has it.
    let sourceWidth: Int
    /// Size of the picture in its file, pixels.
    let sourceHeight: Int
    /// How it, or the view that was made of it, became the network's input.
    let geometry: ImageGeometry
    /// As `FrameInput.ignoredFeatures`, of this camera; empty where all features take part.
    let ignoredFeatures: [UInt8]

    /// Stands for a picture that a sample lacks: all its features are left out.
    ///
    /// - Throws: `ImageFileError` where the camera's size cannot be used.
    static func missing(
        _ camera: NetworkCamera,
        _ preprocessor: ImagePreprocessor,
        downsample: Int
    ) throws -> LoadedPicture {
        let geometry = try preprocessor.geometry(
            width: camera.view?.width ?? camera.width,
            height: camera.view?.height ?? camera.height
        )
        let features = geometry.inputWidth / downsample * (geometry.inputHeight / downsample)
        return LoadedPicture(
            sourceWidth: camera.width,
            sourceHeight: camera.height,
            geometry: geometry,
            ignoredFeatures: [UInt8](repeating: 1, count: features)
        )
    }

    /// As `FrameInput.ignoredFeatures`, of all cameras of a frame.
    static func ignoredFeatures(_ pictures: [LoadedPicture], _ configuration: NetworkConfiguration) -> [UInt8] {
        guard pictures.contains(where: { !$0.ignoredFeatures.isEmpty }) else { return [] }
        let (width, height) = (configuration.inputWidth, configuration.inputHeight)
        let features = width / configuration.downsample * (height / configuration.downsample)
        return pictures.flatMap { picture in
            picture.ignoredFeatures.isEmpty ? [UInt8](repeating: 0, count: features) : picture.ignoredFeatures
        }
    }
}

extension NetworkCamera {
    /// Its picture in a sample; nil where the sample lacks it.
    func frame(in sample: SampleFrames) -> CameraFrame? { sample.cameras.first { $0.channel == channel } }

    /// The intrinsic matrix of what the network is shown, in single precision.
    ///
    /// - Parameter follows: whether a picture that is not of the size that the tables give takes its intrinsics along.
    func intrinsicsFloat32(in sample: SampleFrames, _ picture: LoadedPicture, follows: Bool) -> [Float] {
        if let view { return view.intrinsics.map(Float.init) }
        guard let frame = frame(in: sample) else {
            // No feature of it is looked at; any matrix with an inverse will do.
            let (width, height) = (Float(width), Float(height))
            return [width, 0, width / 2, 0, width, height / 2, 0, 0, 1]
        }
        guard follows else { return frame.intrinsicsFloat32 }
        return frame.intrinsicsFloat32(ofWidth: picture.sourceWidth, height: picture.sourceHeight)
    }

    /// From what the network is shown to the ego frame, 4 x 4, in single precision.
    func sensorToEgoFloat32(in sample: SampleFrames) -> [Float] {
        guard var mount = frame(in: sample)?.sensorToEgo else { return RigidTransform.identity.matrixFloat32 }
        if let view, view.cameraFromView != .identity {
            mount.rotation = mount.rotation.normalised.times(view.cameraFromView)
        }
        return mount.matrixFloat32
    }

    /// The vehicle's pose at the time of the picture; of a picture that is missing, at the time of another.
    func egoToGlobal(in sample: SampleFrames) -> RigidTransform {
        (frame(in: sample) ?? sample.cameras.first)?.egoToGlobal ?? .identity
    }
}
