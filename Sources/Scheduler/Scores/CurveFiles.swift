internal import CommandSupport
internal import Evaluation
internal import Foundation
internal import ImageFiles
internal import Reporting
internal import Scenes
internal import SystemSupport

/// The forty precision-recall curves of a detection report as files: for programs, for spreadsheets, for people.
struct CurveFiles {
    let report: DetectionReport
    /// Whether files that hold something else are replaced.
    let replaces: Bool

    /// Writes `curves.json`, `curves.csv` and `curves.png` into a folder.
    ///
    /// - Throws: `FileError`, `ReportingError`.
    func write(to folder: String) throws {
        try Folders.create(folder)
        try OutputFile.write(try report.curvesJSON(), to: folder + "/curves.json", replaces: replaces)
        try OutputFile.write(Array(report.curvesCSV.utf8), to: folder + "/curves.csv", replaces: replaces)
        try OutputFile.write(try figure.png(), to: folder + "/curves.png", replaces: replaces)
        Terminal.say("\(folder): curves.json, curves.csv, curves.png")
    }

    /// A panel for each class, a line for each distance.
    private var figure: CurveFigure {
        CurveFigure(
            title: report.model,
            subtitle: report.caption
                + ", mAP \(Self.fixed(report.meanAveragePrecision)), NDS \(Self.fixed(report.detectionScore))",
            panels: report.labels.map { label in
                CurveFigure.Panel(
                    title: label.name.rawValue.replacingOccurrences(of: "_", with: " "),
                    note: label.truthCount == 0 ? "no boxes annotated" : "AP \(Self.fixed(label.meanAveragePrecision))",
                    lines: report.curves.filter { $0.name == label.name }.map { curve in
                        zip(DetectionCurve.recall, curve.precision).map { SIMD2($0, $1) }
                    }
                )
            },
            lineNames: DetectionSettings.distanceThresholds_m.map { "\($0) m" },
            horizontal: "recall",
            vertical: "precision"
        )
    }

    private static func fixed(_ value: Double) -> String { String(format: "%.3f", value) }
}
