internal import CommandSupport
internal import Datasets
internal import ImageFiles
internal import Keyframes
internal import Scenes
internal import SystemSupport

/// Looks a dataset over: what `submit` asks of it, what `DatasetCheck` finds, its masks, and sheets of samples.
struct DatasetLook {
    let source: any DatasetSource
    let kind: DatasetKind
    let split: String?
    let pictureSizes: PictureSizeCheck
    let sheets: DatasetSheets?

    /// Problems that are no fault of the dataset: something was named wrongly, or may not be read.
    static func isOfTheCommand(_ error: DatasetError) -> Bool {
        guard case .problem(let problem) = error else { return false }
        return [.missingTable, .unknownSplit, .unreadableFile].contains(problem.kind)
    }

    /// What a dataset is like that cannot be read at all.
    static func facts(of error: DatasetError) -> DatasetFacts {
        var check = DatasetCheck(isJudged: true)
        check.add(error)
        return check.finished()
    }

    /// Looks at everything once.
    ///
    /// - Throws: `DatasetError` where the command is at fault, `FileError` and `ReportingError` where a sheet cannot be written.
    func facts() throws -> DatasetFacts {
        var check = DatasetCheck(isJudged: kind.judgesCalibration)
        do {
            try look(&check)
        } catch let error as DatasetError where !Self.isOfTheCommand(error) {
            check.add(error)
        }
        return check.finished()
    }

    private func look(_ check: inout DatasetCheck) throws {
        let survey = try survey(&check)
        for omission in survey.omitted {
            check.find(omission.reason.kind.rawValue, count: omission.problemCount, omission.problemDescription)
        }
        for problem in survey.unreadablePictures { check.find(problem.kind.rawValue, problem.description) }
        if survey.sceneCount == 0, survey.omitted.isEmpty {
            check.find("empty", "split '\(split ?? "all")' of '\(source.root)' has no scenes")
        }
        sheets?.begin(samples: survey.sampleCount)
        var masks: [String: Double?] = [:]
        var rest = survey.makeScenes()
        while let scene = try rest.next() {
            for camera in check.take(scene) { look(at: camera, of: scene, &masks, &check) }
            if let flaw = NetworkCamera.flaw(of: scene) {
                check.find("network", "scene '\(scene.name)' cannot be given to a network: \(flaw)")
            }
            for problem in try sheets?.take(scene) ?? [] { check.find("drawing", problem) }
        }
    }

    /// The scenes that are whole; what is wrong with pictures' sizes goes into the check.
    private func survey(_ check: inout DatasetCheck) throws -> SurveyedDataset {
        do {
            return try source.survey(
                split: split,
                options: ResolutionOptions(
                    skipMissing: true,
                    imageCheck: pictureSizes == .none ? .none : .present,
                    pictureSizes: pictureSizes
                )
            )
        } catch {
            // Some pictures stand for many where not all were looked at: the rest is looked over without them.
            guard case .unresolvedScenes = error else { throw error }
            check.add(error)
            return try source.survey(split: split, options: ResolutionOptions(skipMissing: true))
        }
    }

    /// Reads a mask that was not met before.
    private func look(
        at camera: CameraFrame,
        of scene: SceneFrames,
        _ masks: inout [String: Double?],
        _ check: inout DatasetCheck
    ) {
        // A machine without pictures has no masks either.
        guard let path = camera.maskPath, pictureSizes != .none else { return }
        let key = "\(path) \(camera.width) \(camera.height)"
        if masks[key] == nil {
            do {
                let mask = try CameraMask.read(camera, in: kind.pictureFolder(source.root))
                masks[key] = .some(mask.map(Self.masked_percent))
            } catch {
                masks[key] = .some(nil)
                check.find("mask", "scene \(scene.name): \(error)")
            }
        }
        if let masked_percent = masks[key] ?? nil { check.take(masked_percent: masked_percent, of: camera) }
    }

    /// How much of a mask is 0, hundredths.
    private static func masked_percent(_ mask: RGBImage) -> Double {
        let unused = stride(from: 0, to: mask.pixels.count, by: 3).count { mask.pixels[$0] == 0 }
        return 100 * Double(unused) / Double(max(1, mask.width * mask.height))
    }
}

extension Omission {
    /// The reason with its scene, and how many more there are.
    fileprivate var problemDescription: String {
        var problem = reason
        problem.scene = problem.scene ?? scene
        return problem.description + (problemCount > 1 ? " (and \(problemCount - 1) more in the scene)" : "")
    }
}

extension DatasetCheck {
    /// Adds what an error lists, and counts what it does not.
    fileprivate mutating func add(_ error: DatasetError) {
        for problem in error.problems { find(problem.kind.rawValue, problem.description) }
        guard case .unresolvedScenes(let problems, let total) = error, total > problems.count, let last = problems.last
        else { return }
        find(last.kind.rawValue, count: total - problems.count, "more of the kind")
    }
}
