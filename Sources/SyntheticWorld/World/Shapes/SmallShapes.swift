internal import Foundation
internal import Scenes

/// People, two-wheelers, cones, barriers and bins.
struct SmallShapes {
    private static let cloth: [Vector] = [
        SurfaceTable.screen(40, 48, 66), SurfaceTable.screen(150, 44, 44), SurfaceTable.screen(206, 204, 198),
        SurfaceTable.screen(70, 92, 60), SurfaceTable.screen(30, 30, 32), SurfaceTable.screen(96, 110, 150),
        SurfaceTable.screen(184, 150, 92), SurfaceTable.screen(120, 70, 120),
    ]

    /// Builds a person; `step` in -1...1 says how the legs and arms swing.
    static func person(
        actor: Int32,
        worker: Bool,
        step: Float,
        table: inout SurfaceTable,
        common: CommonSurfaces,
        random: inout RandomStream
    ) -> ([Primitive], Vector) {
        let h = random.uniform(1.60, 1.86) as Float
        let size = Vector(max(0.32, 2 * (0.22 * abs(step) + 0.10)), 0.68, h)
        let vest = SurfaceTable.screen(222, 120, 20)
        let top = table.add(.plain, worker ? vest : random.pick(cloth))
        let trousers = table.add(.plain, random.pick(cloth) * 0.7)
        let hair = table.add(.plain, worker ? SurfaceTable.screen(240, 200, 40) : SurfaceTable.screen(52, 38, 28))
        var shape = ShapeBuilder(label: .pedestrian, actor: actor)
        let hip = h * 0.48
        let shoulder = h * 0.82
        let swing = 0.22 * step
        for side in [-1, 1] as [Float] {
            let foot = swing * side
            shape.frustum(
                x: (foot - 0.09)...(foot + 0.09),
                y: (side * 0.11 - 0.085)...(side * 0.11 + 0.085),
                z: 0...(hip + 0.05),
                topX: -0.10...0.10,
                trousers
            )
            let hand = -swing * side
            shape.frustum(
                x: (hand - 0.05)...(hand + 0.06),
                y: (side * 0.26 - 0.06)...(side * 0.26 + 0.06),
                z: (h * 0.43)...(shoulder - 0.03),
                topX: -0.07...0.07,
                top
            )
        }
        shape.frustum(
            x: -0.12...0.12,
            y: -0.18...0.18,
            z: hip...shoulder,
            topX: -0.12...0.12,
            topY: -0.22...0.22,
            top
        )
        if worker {
            shape.box(
                x: -0.125...0.125,
                y: -0.20...0.20,
                z: (h * 0.62)...(h * 0.66),
                table.add(.lamp, SurfaceTable.screen(200, 205, 190))
            )
        }
        shape.ellipsoid(Vector(0.01, 0, h * 0.915), radii: Vector(0.11, 0.095, h * 0.075), common.skin)
        shape.ellipsoid(Vector(-0.02, 0, h - 0.085), radii: Vector(0.125, 0.105, 0.085), hair)
        return (shape.solids, size)
    }

    /// Builds a bicycle or a motorcycle, with or without its rider.
    static func cycle(
        actor: Int32,
        motor: Bool,
        rider: Bool,
        table: inout SurfaceTable,
        common: CommonSurfaces,
        random: inout RandomStream
    ) -> ([Primitive], Vector) {
        let size = motor ? Vector(2.1, 0.80, rider ? 1.70 : 1.08) : Vector(1.75, 0.62, rider ? 1.75 : 1.12)
        let paint = table.add(.paint, random.pick(cloth))
        var shape = ShapeBuilder(label: motor ? .motorcycle : .bicycle, actor: actor)
        let radius: Float = motor ? 0.31 : 0.34
        let axle = size.x / 2 - radius
        let tyre: Float = motor ? 0.08 : 0.04
        shape.wheel(x: axle, y: 0, radius: radius, halfWidth: tyre, common.rubber)
        shape.wheel(x: -axle, y: 0, radius: radius, halfWidth: tyre, common.rubber)
        shape.wheel(x: axle, y: 0, radius: radius * 0.75, halfWidth: tyre + 0.005, common.chrome, lift: radius * 0.25)
        shape.wheel(x: -axle, y: 0, radius: radius * 0.75, halfWidth: tyre + 0.005, common.chrome, lift: radius * 0.25)
        if motor {
            shape.box(x: -0.42...0.42, y: -0.17...0.17, z: 0.32...0.62, common.trim)
            shape.frustum(x: -0.1...0.48, y: -0.17...0.17, z: 0.6...0.92, topX: 0.02...0.38, paint)
            shape.frustum(x: -0.95...0.0, y: -0.15...0.15, z: 0.68...0.84, topX: -0.9...(-0.1), common.rubber)
            shape.frustum(x: 0.62...0.78, y: -0.09...0.09, z: 0.3...1.0, topX: 0.36...0.5, common.chrome)
            shape.box(x: 0.34...0.46, y: -0.40...0.40, z: 0.98...1.05, common.trim)
            shape.box(x: 0.46...0.60, y: -0.1...0.1, z: 0.82...1.0, common.headlight)
        } else {
            shape.frustum(x: -0.06...0.06, y: -0.05...0.05, z: 0.3...0.86, topX: -0.26...(-0.14), paint)
            shape.frustum(x: -0.08...0.04, y: -0.05...0.05, z: 0.3...0.84, topX: 0.30...0.42, paint)
            shape.box(x: -0.2...0.42, y: -0.05...0.05, z: 0.72...0.82, paint)
            shape.frustum(x: 0.46...0.58, y: -0.06...0.06, z: 0.3...1.02, topX: 0.32...0.44, common.steel)
            shape.box(x: 0.33...0.42, y: -0.30...0.30, z: 1.0...1.08, common.trim)
            shape.box(x: -0.34...(-0.06), y: -0.09...0.09, z: 0.86...0.95, common.rubber)
        }
        if rider {
            let top = table.add(.plain, random.pick(cloth))
            let legs = table.add(.plain, random.pick(cloth) * 0.6)
            let helmet = table.add(.paint, random.pick(cloth))
            for side in [-1, 1] as [Float] {
                shape.frustum(
                    x: -0.02...0.14,
                    y: (side * 0.15 - 0.07)...(side * 0.15 + 0.07),
                    z: 0.32...0.92,
                    topX: -0.28...(-0.08),
                    legs
                )
                shape.frustum(
                    x: 0.24...0.36,
                    y: (side * 0.23 - 0.05)...(side * 0.23 + 0.05),
                    z: 1.02...1.36,
                    topX: -0.1...0.04,
                    top
                )
            }
            shape.frustum(
                x: -0.34...(-0.06),
                y: -0.17...0.17,
                z: 0.86...1.42,
                topX: -0.14...0.12,
                topY: -0.21...0.21,
                top
            )
            shape.ellipsoid(
                Vector(0.05, 0, size.z - 0.14),
                radii: Vector(0.14, 0.12, 0.14),
                motor ? helmet : common.skin
            )
        }
        return (shape.solids, size)
    }

    /// Builds a traffic cone.
    static func cone(actor: Int32, table: inout SurfaceTable) -> ([Primitive], Vector) {
        var shape = ShapeBuilder(label: .trafficCone, actor: actor)
        let orange = table.add(
            .bands,
            SurfaceTable.screen(236, 88, 24),
            SurfaceTable.screen(236, 234, 228),
            scale: 0.22
        )
        shape.box(x: -0.21...0.21, y: -0.21...0.21, z: 0...0.05, table.add(.plain, SurfaceTable.screen(200, 72, 22)))
        shape.cone(x: 0, y: 0, z: 0.05...0.80, radius: 0.18, topRadius: 0.04, orange)
        return (shape.solids, Vector(0.42, 0.42, 0.80))
    }

    /// Builds a water-filled road barrier; its long side lies along y, as in nuScenes.
    static func barrier(actor: Int32, red: Bool, table: inout SurfaceTable) -> ([Primitive], Vector) {
        var shape = ShapeBuilder(label: .barrier, actor: actor)
        let color = red ? SurfaceTable.screen(200, 56, 34) : SurfaceTable.screen(226, 224, 216)
        let plastic = table.add(.concrete, color, seed: red ? 3 : 9)
        shape.frustum(x: -0.28...0.28, y: -0.98...0.98, z: 0...0.35, topX: -0.17...0.17, plastic)
        shape.frustum(x: -0.17...0.17, y: -0.98...0.98, z: 0.35...0.95, topX: -0.11...0.11, plastic)
        return (shape.solids, Vector(0.56, 1.96, 0.95))
    }

    /// Builds a wheeled bin.
    static func bin(actor: Int32, table: inout SurfaceTable, random: inout RandomStream) -> ([Primitive], Vector) {
        var shape = ShapeBuilder(label: .others, actor: actor)
        let colors = [
            SurfaceTable.screen(44, 92, 58), SurfaceTable.screen(60, 66, 72), SurfaceTable.screen(40, 70, 130),
        ]
        let body = table.add(.plain, random.pick(colors))
        shape.frustum(
            x: -0.26...0.26,
            y: -0.24...0.24,
            z: 0...0.98,
            topX: -0.34...0.34,
            topY: -0.29...0.29,
            body
        )
        shape.frustum(x: -0.35...0.35, y: -0.30...0.30, z: 0.98...1.10, topX: -0.3...0.24, body)
        return (shape.solids, Vector(0.70, 0.60, 1.10))
    }
}
