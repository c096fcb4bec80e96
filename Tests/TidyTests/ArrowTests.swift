import Testing

/// Arrows between modules: what is imported is declared, what is declared is imported, and all arrows go down.
@Suite("Arrows between modules")
struct ArrowTests {
    /// Imports that are not declared, and dependencies that no file imports.
    static func findings(_ tree: Tree) -> [String] {
        let manifest = tree.manifest
        // Other modules come with the system or the compiler.
        let own = Set(manifest.modules.flatMap { [$0.name] + $0.dependencies })
        return manifest.modules.flatMap { module -> [String] in
            let files = tree.sources(of: module)
            // The headers of C and C++ modules say nothing of modules.
            guard !files.isEmpty else { return [] }
            let imports = Set(files.values.flatMap(\.imports)).intersection(own)
            let declared = Set(module.dependencies)
            // A test that starts a program declares it so that it is built.
            let programs = declared.filter { module.kind == .tests && manifest.module($0)?.kind == .program }
            return imports.subtracting(declared).sorted().map { "\(module.name) imports \($0), which is not declared" }
                + declared.subtracting(imports).subtracting(programs).sorted().map {
                    "\(module.name) declares \($0), which no file imports"
                }
        }
    }

    static func cycles(_ manifest: Manifest) -> [[String]] {
        knots(Set(manifest.modules.flatMap { module in module.dependencies.map { Arrow(module.name, $0) } }))
    }

    @Test("Imports are declared, declared dependencies are imported") func declared() {
        #expect(Self.findings(.project) == [])
    }

    @Test("Every target of tests is a folder that ops/test/run finds") func targets() {
        let lost = Tree.project.manifest.modules.filter { $0.kind == .tests && !Self.isFound($0) }
        #expect(lost == [])
    }

    static func isFound(_ tests: Manifest.Module) -> Bool {
        tests.path == "Tests/\(tests.name)" && tests.name.hasSuffix("Tests")
    }

    @Test("No module depends on itself by way of others") func acyclic() {
        #expect(Self.cycles(Tree.project.manifest) == [])
    }

    @Test("Arrows between rooms go down only") func layers() {
        #expect(Layers.rooms.findings(Tree.project.manifest, sideways: Known.sidewaysArrows) == [])
    }

    @Test("The drawing of docs/architecture.md shows every room, and no arrow that does not go down") func drawing()
        throws
    {
        let manifest = Tree.project.manifest
        let page = try #require(Tree.project.texts["docs/architecture.md"])
        let drawing = Layers(drawnIn: page, rooms: Set(manifest.rooms.map(\.name)))
        #expect(drawing.findings(manifest, sideways: Known.sidewaysArrows) == [])
    }

    // The checks themselves, on made-up packages.

    private static let manifest = """
        func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
            .target(name: name, dependencies: dependencies)
        }
        let parser: Target.Dependency = .product(name: "Parser", package: "swift-parser")
        let package = Package(name: "p", targets: [
            .systemLibrary(name: "CFile", pkgConfig: "file"),  // "Remark"
            room("Low", ["CFile"]),
            room("High", ["Low"]),
            .executableTarget(name: "Program", dependencies: ["High", parser], swiftSettings: [.x("y")]),
            .target(name: "Help", dependencies: ["Low"], path: "Tests/Help"),
            tests("LowTests", ["Low", "Help", "Program"], exclude: ["Goldens"]),
        ])
        """

    @Test func theManifestIsUnderstood() {
        let modules = Manifest(Self.manifest).modules
        #expect(modules.map(\.name) == ["CFile", "Low", "High", "Program", "Help", "LowTests"])
        #expect(
            modules.map(\.dependencies) == [
                [], ["CFile"], ["Low"], ["High", "Parser"], ["Low"], ["Low", "Help", "Program"],
            ]
        )
        #expect(modules.map(\.path).suffix(3) == ["Sources/Program", "Tests/Help", "Tests/LowTests"])
        #expect(modules.map(\.kind) == [.systemLibrary, .library, .library, .program, .library, .tests])
    }

    @Test func undeclaredAndUnusedArrowsAreFound() {
        var tree = Tree([
            "Package.swift": Self.manifest,
            "Sources/Low/A.swift": "internal import CFile\nimport Foundation",
            "Sources/High/B.swift": "@testable import struct Low.Thing // import High",
            "Sources/Program/C.swift": "import High\nimport Parser",
            "Tests/Help/D.swift": "package import Low",
            "Tests/LowTests/E.swift": "import Help\n@testable import Low",
        ])
        #expect(Self.findings(tree) == [])
        tree.texts["Sources/High/B.swift"] = "/* import Low */ let s = \"import Low\"\nimport CFile"
        #expect(
            Self.findings(tree) == [
                "High imports CFile, which is not declared", "High declares Low, which no file imports",
            ]
        )
    }

    @Test func cyclesOfModulesAreFound() {
        #expect(Self.cycles(Manifest(Self.manifest)) == [])
        let back = Self.manifest.replacing("room(\"Low\", [\"CFile\"])", with: "room(\"Low\", [\"Program\"])")
        #expect(Self.cycles(Manifest(back)) == [["High", "Low", "Program"]])
    }

    @Test func arrowsThatDoNotGoDownAreFound() {
        let manifest = Manifest(Self.manifest)
        #expect(Layers(rows: [["Program"], ["High"], ["Low"]]).findings(manifest, sideways: []) == [])
        let flat = Layers(rows: [["Program"], ["High", "Low"]])
        #expect(flat.findings(manifest, sideways: []) == ["new: High → Low"])
        #expect(flat.findings(manifest, sideways: [Arrow("High", "Low")]) == [])
        #expect(
            Layers(rows: [["Program"], ["High"], ["Low"]]).findings(manifest, sideways: [Arrow("High", "Low")])
                == ["gone, so take it off the list: High → Low"]
        )
        #expect(
            Layers(rows: [["Low"], ["High"]]).findings(manifest, sideways: []).sorted() == [
                "Program stands in 0 rows", "new: High → Low",
            ]
        )
    }

    @Test func targetsElsewhereAreFound() {
        let text =
            "x = [tests(\"ATests\", []), tests(\"B\", []), .testTarget(name: \"CTests\", path: \"Tests/Deep/CTests\")]"
        #expect(Manifest(text).modules.map(Self.isFound) == [true, false, false])
    }

    @Test func aDrawingIsUnderstood() {
        let page = """
            # High and Low

                Program (the-program)       a remark
                High
                Low  CFile

                Low

            text
            """
        let drawing = Layers(drawnIn: page, rooms: ["Program", "High", "Low"])
        #expect(drawing.rows == [["Program"], ["High"], ["Low"]])
    }
}
