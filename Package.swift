// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Kernels are worth -O3 even in a debug build, where SwiftPM compiles C at -O0.
let cSettings: [CSetting] = [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror", "-fno-math-errno"])]
let cxxSettings: [CXXSetting] = [.unsafeFlags(["-O3", "-std=c++17", "-Wall", "-Wextra", "-Werror"])]

func room(_ name: String, _ dependencies: [Target.Dependency], optimised: Bool = false) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        swiftSettings: swiftSettings + (optimised ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])
    )
}

/// Tests that compute little are compiled without optimisation beside optimised rooms: that takes half as long.
func tests(
    _ name: String,
    _ dependencies: [Target.Dependency],
    exclude: [String] = [],
    optimised: Bool = false
) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        exclude: exclude,
        swiftSettings: swiftSettings + (optimised ? [] : [.unsafeFlags(["-Onone"])])
    )
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "occ",
    products: [
        .executable(name: "occ-scheduler", targets: ["Scheduler"]),
        .executable(name: "occ-worker", targets: ["Worker"]),
        // For the load generator in Benchmarks/queue.
        .library(name: "JobQueue", targets: ["JobQueue", "PostgresClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // System libraries.
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebpmux", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo-ft", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CAffinity"),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // Foundations: one subject each, over one system library each.
        .target(name: "BinaryKernels", cSettings: cSettings),
        // A part of DejaVu Sans.
        .target(name: "EmbeddedFont", exclude: ["LICENSE"], cSettings: cSettings),
        .target(
            name: "NuScenesJSON",
            cxxSettings: cxxSettings,
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        room("SystemSupport", ["CAffinity", "CCrypto"]),
        room("LZ4Frames", ["CLZ4"]),
        room("ArrayFiles", ["CZip", "SystemSupport"]),
        room("ImageFiles", ["CTurboJPEG", "CSPNG", "CWebP"]),
        // Judging bytes and unpacking chunks without optimisation takes seconds a recording.
        room("MCAPFiles", ["CZlib", "CZstd", "LZ4Frames", "SystemSupport"], optimised: true),
        room("PostgresClient", ["CPQ"]),
        room("Monitoring", []),

        // The words that all subjects share: frames, geometry, boxes, labels, classes, and their bytes.
        // Rays through voxels without optimisation take seconds a sample.
        room("Scenes", [], optimised: true),

        // What networks run on; it knows none of them.
        room("TensorRuntime", ["BinaryKernels", "CDNNL"]),

        // The four subjects; none imports another.
        room(
            "OccInference",
            ["ArrayFiles", "BinaryKernels", "ImageFiles", "Scenes", "SystemSupport", "TensorRuntime"]
        ),
        room("JobQueue", ["PostgresClient"]),
        room("Storage", ["ArrayFiles", "CZlib", "LZ4Frames", "SystemSupport"]),
        room("Datasets", ["ArrayFiles", "ImageFiles", "MCAPFiles", "NuScenesJSON", "Scenes", "SystemSupport"]),

        // What stands on their values.
        // Rendering without optimisation takes minutes a sample.
        room("SyntheticWorld", ["ArrayFiles", "ImageFiles", "Scenes", "SystemSupport"], optimised: true),
        room("Evaluation", ["ArrayFiles", "BinaryKernels", "Scenes", "SystemSupport"]),
        // Drawing without optimisation takes seconds a figure.
        room("Reporting", ["CCairo", "EmbeddedFont", "ImageFiles", "Scenes"], optimised: true),
        room("HTTPService", ["SystemSupport"]),

        // What scheduler and workers agree on, and what their command lines share.
        room(
            "RunContract",
            ["Evaluation", "JobQueue", "LZ4Frames", "Scenes", "Storage", "SystemSupport"]
        ),
        room("Keyframes", ["Datasets", "ImageFiles", "OccInference", "Scenes", "SystemSupport"]),
        room("Scoring", ["ArrayFiles", "Datasets", "Evaluation", "JobQueue", "Scenes", "Storage", "SystemSupport"]),
        room(
            "CommandSupport",
            [
                "Datasets", "HTTPService", "JobQueue", "Monitoring", "OccInference", "PostgresClient", "RunContract",
                "Scenes", "Storage", "SystemSupport", argumentParser,
            ]
        ),

        // Executables.
        .executableTarget(
            name: "Worker",
            dependencies: [
                "CommandSupport", "Datasets", "Evaluation", "ImageFiles", "JobQueue", "Keyframes", "Monitoring",
                "OccInference", "PostgresClient",
                "RunContract", "Scenes", "Scoring", "Storage", "SystemSupport", argumentParser, logging,
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "Scheduler",
            dependencies: [
                "ArrayFiles", "CommandSupport", "Datasets", "Evaluation", "ImageFiles", "JobQueue", "Keyframes",
                "MCAPFiles", "Monitoring", "OccInference", "PostgresClient",
                "HTTPService", "Reporting", "RunContract", "Scenes", "Scoring", "Storage", "SyntheticWorld",
                "SystemSupport", argumentParser,
            ],
            swiftSettings: swiftSettings
        ),

        // Faults injected into real processes: `make chaos`, and a short form in `make test`.
        .executableTarget(
            name: "Chaos",
            dependencies: [
                "ArrayFiles", "ImageFiles", "OccInference", "PostgresClient", "Storage", "SystemSupport", "TestSupport",
                argumentParser,
            ],
            path: "Tests/Chaos",
            swiftSettings: swiftSettings + [.defaultIsolation(MainActor.self), .unsafeFlags(["-Onone"])]
        ),

        // What several targets of tests share.
        .target(
            name: "TestSupport",
            dependencies: [
                "Evaluation", "JobQueue", "PostgresClient", "Scenes", "Scoring", "Storage", "SystemSupport",
            ],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings
        ),

        // The sources, pages and scripts themselves, read as text.
        tests("TidyTests", ["TestSupport"], optimised: true),

        // Tests, one target a room; golden files are found beside the sources, so they are no resources.
        tests("SystemSupportTests", ["SystemSupport"]),
        tests("MonitoringTests", ["Monitoring"]),
        tests("HTTPServiceTests", ["HTTPService"]),
        tests("BinaryKernelsTests", ["BinaryKernels", "TestSupport"], optimised: true),
        tests("LZ4FramesTests", ["LZ4Frames", "TestSupport"], optimised: true),
        tests("ArrayFilesTests", ["ArrayFiles", "TestSupport"], optimised: true),
        tests("ImageFilesTests", ["CWebP", "ImageFiles", "SystemSupport"], optimised: true),
        tests("MCAPFilesTests", ["LZ4Frames", "MCAPFiles", "TestSupport"], exclude: ["Goldens"]),
        tests("PostgresClientTests", ["PostgresClient", "TestSupport"]),
        tests("JobQueueTests", ["JobQueue", "PostgresClient", "TestSupport"]),
        tests(
            "StorageTests",
            ["Storage", "LZ4Frames", "ArrayFiles", "SystemSupport", "TestSupport"],
            exclude: ["Goldens"],
            optimised: true
        ),
        tests("ScenesTests", ["Scenes"]),
        tests(
            "DatasetsTests",
            ["Datasets", "NuScenesJSON", "ArrayFiles", "ImageFiles", "MCAPFiles", "Scenes", "TestSupport"],
            exclude: ["Goldens"]
        ),
        tests(
            "PreprocessingTests",
            [
                "OccInference", "ArrayFiles", "BinaryKernels", "FormulaInputs", "ImageFiles", "SystemSupport",
                "TestSupport",
            ],
            optimised: true
        ),
        tests("TensorRuntimeTests", ["TensorRuntime", "BinaryKernels", "TestSupport"]),
        .target(
            name: "FormulaInputs",
            dependencies: ["OccInference"],
            path: "Tests/FormulaInputs",
            swiftSettings: swiftSettings
        ),
        tests(
            "OccInferenceTests",
            [
                "OccInference", "ArrayFiles", "BinaryKernels", "FormulaInputs", "Scenes", "SystemSupport",
                "TensorRuntime", "TestSupport",
            ],
            exclude: ["Goldens"],
            optimised: true
        ),
        tests(
            "EvaluationTests",
            ["Evaluation", "ArrayFiles", "Datasets", "Scenes", "SystemSupport", "TestSupport"],
            optimised: true
        ),
        tests(
            "DetectionEvaluationTests",
            ["Datasets", "Evaluation", "Scenes", "SystemSupport", "TestSupport"],
            exclude: ["Goldens"],
            optimised: true
        ),
        tests(
            "RayIoUTests",
            ["Evaluation", "ArrayFiles", "BinaryKernels", "Scenes", "TestSupport"],
            exclude: ["Goldens"],
            optimised: true
        ),
        tests("ReportingTests", ["Reporting", "ImageFiles", "Scenes"]),
        tests(
            "SyntheticWorldTests",
            [
                "SyntheticWorld", "ArrayFiles", "Datasets", "ImageFiles", "MCAPFiles", "RunContract", "Scenes",
                "SystemSupport",
            ],
            optimised: true
        ),
        tests(
            "RunContractTests",
            ["RunContract", "Evaluation", "JobQueue", "Scenes", "Scoring", "Storage", "TestSupport"]
        ),
        tests(
            "ScoringTests",
            ["Scoring", "ArrayFiles", "Datasets", "Evaluation", "Scenes", "Storage", "TestSupport"]
        ),
        tests(
            "WorkerTests",
            [
                "Worker", "ArrayFiles", "CommandSupport", "Datasets", "Evaluation", "JobQueue", "Keyframes",
                "ImageFiles", "LZ4Frames", "Monitoring", "OccInference",
                "PostgresClient", "RunContract", "Scenes", "Scheduler", "Scoring", "Storage", "SystemSupport",
                "TestSupport", argumentParser, logging,
            ]
        ),
        tests(
            "ReliabilityTests",
            ["ArrayFiles", "JobQueue", "PostgresClient", "Storage", "Worker", "TestSupport"],
            optimised: true
        ),
        tests(
            "SchedulerTests",
            [
                "ArrayFiles", "CommandSupport", "Datasets", "Evaluation", "HTTPService", "ImageFiles", "JobQueue",
                "MCAPFiles", "Monitoring",
                "OccInference", "PostgresClient", "Reporting", "RunContract", "Scenes", "Scheduler", "Scoring",
                "Storage", "SystemSupport", "TestSupport",
                argumentParser,
            ]
        ),
        tests(
            "EndToEndTests",
            ["Storage", "ArrayFiles", "OccInference", "PostgresClient", "Scheduler", "Worker", "TestSupport"]
        ),
    ]
)
