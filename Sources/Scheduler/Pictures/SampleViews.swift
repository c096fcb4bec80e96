internal import ArgumentParser
internal import CommandSupport
internal import Evaluation
internal import Reporting
internal import Scenes

/// What of a sample is drawn.
enum PictureView: String, CaseIterable, ExpressibleByArgument {
    /// Prediction and truth from above.
    case above
    /// Prediction and truth as solid voxels.
    case voxels
    /// Cameras, both views, and where they differ.
    case all
}

/// Rows of views of one sample.
enum SampleViews {
    /// Views of voxel labels; what no camera sees is not scored, and dimmed in both.
    ///
    /// - Throws: `ReportingError` where the grids do not fit.
    static func occupancy(
        _ prediction: [UInt8],
        truth: VoxelLabels?,
        _ view: PictureView
    ) throws -> [[SampleFigure.Panel]] {
        let mask = truth?.maskCamera
        let predicted = VoxelLabels(semantics: prediction, maskCamera: mask)
        let note = truth == nil || mask != nil ? "" : "the label file has no mask_camera"
        var above = [SampleFigure.Panel(title: "prediction", view: .above(predicted, isDimmed: mask != nil))]
        var voxels = [SampleFigure.Panel(title: "prediction", view: .voxels(predicted, isDimmed: mask != nil))]
        if let truth {
            above.append(.init(title: "ground truth", note: note, view: .above(truth, isDimmed: mask != nil)))
            voxels.append(.init(title: "ground truth", note: note, view: .voxels(truth, isDimmed: mask != nil)))
            if view == .all {
                let comparison = try ColumnComparison(prediction: predicted, truth: truth)
                above.append(.init(title: "difference", note: comparison.summary, view: .difference(comparison)))
            }
        }
        switch view {
        case .above: return [above]
        case .voxels: return [voxels]
        case .all: return [above, voxels]
        }
    }

    /// Boxes of one sample, in cameras and from above.
    ///
    /// - Parameters:
    ///   - document: the stored prediction.
    ///   - minimumScore: what scores less is left out.
    /// - Throws: `EvaluationError` for a broken document, `CommandFailure` where nothing tells where the car was.
    static func detections(
        _ document: [UInt8],
        of token: String,
        minimumScore: Double,
        _ scene: SceneFrames,
        annotations: DetectionGroundTruth?
    ) throws -> SampleFigure {
        let sample = scene.samples.first { $0.token == token }
        guard
            let pose = sample?.lidar?.egoToGlobal
                ?? sample?.cameras.first(where: { $0.channel == "CAM_FRONT" })?.egoToGlobal
        else {
            throw CommandFailure(
                .configuration,
                "the dataset's tables do not say where the car was at sample '\(token)'"
            )
        }
        let all = try DetectionDocument.decode(document, of: token)
        let shown = all.filter { $0.score >= minimumScore }.map { box in
            MarkedBox(
                centre: box.translation,
                size: box.size,
                rotation: box.rotation,
                velocity: box.velocity,
                label: box.name.index,
                score: box.score
            )
        }
        let annotated = annotations?.boxes.filter { $0.pointCount != 0 }.map { box in
            MarkedBox(
                centre: box.translation,
                size: box.size,
                rotation: box.rotation,
                velocity: box.velocity,
                label: box.name.index
            )
        }
        var panels = [
            SampleFigure.Panel(
                title: "prediction",
                note: "\(shown.count) of \(all.count) boxes, score from \(minimumScore)",
                view: .boxes(shown, shadows: annotated ?? [], around: pose)
            )
        ]
        if let annotated {
            panels.append(
                .init(
                    title: "ground truth",
                    note: "\(annotated.count) boxes with a lidar or radar point",
                    view: .boxes(annotated, around: pose)
                )
            )
        }
        return SampleFigure(predicted: shown, annotated: annotated ?? [], rows: [panels])
    }
}
