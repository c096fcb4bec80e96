internal import Foundation
internal import Scenes

/// Buildings, plants and street furniture: everything that never moves and is not annotated.
struct SceneryShapes {
    private static let walls: [Vector] = [
        SurfaceTable.screen(214, 206, 190), SurfaceTable.screen(176, 168, 158), SurfaceTable.screen(196, 176, 150),
        SurfaceTable.screen(226, 222, 214), SurfaceTable.screen(150, 152, 156), SurfaceTable.screen(206, 188, 160),
        SurfaceTable.screen(168, 140, 120), SurfaceTable.screen(188, 200, 204),
    ]
    private static let bricks: [Vector] = [
        SurfaceTable.screen(150, 82, 62), SurfaceTable.screen(128, 70, 56), SurfaceTable.screen(166, 112, 84),
    ]
    private static let leaves: [Vector] = [
        SurfaceTable.screen(82, 110, 46), SurfaceTable.screen(64, 98, 44), SurfaceTable.screen(98, 118, 52),
        SurfaceTable.screen(58, 86, 48),
    ]

    /// Builds a house or a block; x runs along the street, the front looks towards negative y.
    ///
    /// - Parameter size: width along the street, depth, height.
    static func building(
        size: Vector,
        urban: Bool,
        table: inout SurfaceTable,
        random: inout RandomStream
    ) -> [Primitive] {
        var shape = ShapeBuilder(label: .manmade)
        let w = size.x / 2
        let d = size.y
        let h = size.z
        let isBrick = random.chance(urban ? 0.35 : 0.55)
        let tone = isBrick ? random.pick(bricks) : random.pick(walls)
        let seed = Float(random.below(256))
        let bay = random.uniform(2.4, 3.6) as Float
        let isGlass = urban && h > 14 && random.chance(0.4)
        let face =
            isGlass
            ? table.add(.curtain, SurfaceTable.screen(110, 116, 122), tone, scale: 1.6, seed: seed)
            : table.add(.facade, tone, isBrick ? Vector(1, 0, 0) : .zero, scale: bay, seed: seed)
        let trim = table.add(.concrete, random.pick(walls) * 0.8, seed: seed)
        shape.box(x: (-w)...w, y: 0...d, z: 0...h, face)
        if urban {
            // Parapet, a band above the ground floor and a set-back top.
            shape.box(x: (-w - 0.15)...(w + 0.15), y: -0.15...(d + 0.1), z: (h - 0.5)...(h + 0.3), trim)
            shape.box(x: (-w)...w, y: -0.22...0, z: 3.3...3.7, trim)
            if random.chance(0.5) {
                let awning = table.add(
                    .stripes,
                    random.pick(walls),
                    SurfaceTable.screen(170, 60, 50),
                    scale: 0.5,
                    seed: seed
                )
                let x = random.uniform(-w * 0.6, 0) as Float
                shape.frustum(
                    x: x...(x + w * 0.6),
                    y: -1.2...0,
                    z: 2.7...3.1,
                    topX: x...(x + w * 0.6),
                    awning
                )
            }
            if random.chance(0.5) {
                shape.box(x: (-w * 0.5)...(w * 0.4), y: (d * 0.3)...(d * 0.8), z: h...(h + 2.6), trim)
            }
            if !isGlass, random.chance(0.5) {
                // Balconies.
                var z: Float = 6.4
                while z < h - 2.5 {
                    for x in stride(from: -w + bay, to: w - bay, by: bay * 2) {
                        shape.box(x: x...(x + bay * 0.9), y: -1.0...0, z: z...(z + 1.0), trim)
                    }
                    z += 3.2
                }
            }
        } else {
            let tiles = table.add(
                .blocks,
                SurfaceTable.screen(122, 66, 52),
                SurfaceTable.screen(104, 58, 48),
                scale: 0.35,
                seed: seed
            )
            let slate = table.add(
                .blocks,
                SurfaceTable.screen(84, 88, 96),
                SurfaceTable.screen(72, 76, 84),
                scale: 0.35,
                seed: seed
            )
            let roof = random.chance(0.6) ? tiles : slate
            shape.frustum(
                x: (-w - 0.4)...(w + 0.4),
                y: -0.5...(d + 0.5),
                z: h...(h + d * 0.32),
                topX: (-w + 1.5)...(w - 1.5),
                topY: (d / 2 - 0.2)...(d / 2 + 0.2),
                roof
            )
            let door = table.add(.streaks, SurfaceTable.screen(90, 50, 36), SurfaceTable.screen(70, 40, 30), scale: 0.3)
            shape.box(x: -0.55...0.55, y: -0.06...0, z: 0...2.1, door)
            shape.box(x: -0.9...0.9, y: -1.0...0, z: 0...0.18, trim)
            shape.box(x: (w * 0.5)...(w * 0.5 + 0.7), y: (d * 0.4)...(d * 0.4 + 0.7), z: h...(h + d * 0.32 + 0.8), trim)
        }
        return shape.solids
    }

    /// Builds a tree: a trunk under a few overlapping clumps of leaves.
    static func tree(
        height: Float,
        table: inout SurfaceTable,
        common: CommonSurfaces,
        random: inout RandomStream
    ) -> [Primitive] {
        var shape = ShapeBuilder(label: .vegetation)
        let crownBase = height * random.uniform(0.28, 0.40)
        let radius = height * random.uniform(0.20, 0.30)
        shape.cone(
            x: 0,
            y: 0,
            z: 0...(crownBase + height * 0.2),
            radius: 0.10 + height * 0.018,
            topRadius: 0.09,
            common.bark
        )
        let color = random.pick(leaves)
        let clumps = 5 + random.below(4)
        for clump in 0..<clumps {
            let angle = Float(clump) * 2.4 + random.uniform(0, 1)
            let reach = clump == 0 ? 0 : radius * random.uniform(0.35, 0.75)
            let z = crownBase + (height - crownBase) * random.uniform(0.28, 0.72)
            let size = radius * random.uniform(0.55, 0.85)
            let leaf = table.add(
                .foliage,
                color * random.uniform(0.85, 1.15),
                scale: 0.30,
                seed: Float(random.below(256))
            )
            shape.ellipsoid(
                Vector(cos(angle) * reach, sin(angle) * reach, z),
                radii: Vector(size, size, size * 0.85),
                leaf
            )
        }
        return shape.solids
    }

    /// Builds a bush.
    static func bush(table: inout SurfaceTable, random: inout RandomStream) -> [Primitive] {
        var shape = ShapeBuilder(label: .vegetation)
        let color = random.pick(leaves)
        for _ in 0..<(2 + random.below(2)) {
            let size = random.uniform(0.45, 0.85) as Float
            let leaf = table.add(
                .foliage,
                color * random.uniform(0.85, 1.15),
                scale: 0.22,
                seed: Float(random.below(256))
            )
            shape.ellipsoid(
                Vector(random.uniform(-0.5, 0.5), random.uniform(-0.4, 0.4), size * 0.7),
                radii: Vector(size, size, size * 0.85),
                leaf
            )
        }
        return shape.solids
    }

    /// Builds a clipped hedge along x.
    static func hedge(length: Float, table: inout SurfaceTable, random: inout RandomStream) -> [Primitive] {
        var shape = ShapeBuilder(label: .vegetation)
        let h = random.uniform(0.9, 1.6) as Float
        let leaf = table.add(.foliage, random.pick(leaves) * 0.9, scale: 0.2, seed: Float(random.below(256)))
        shape.frustum(
            x: (-length / 2)...(length / 2),
            y: -0.4...0.4,
            z: 0...h,
            topX: (-length / 2 + 0.1)...(length / 2 - 0.1),
            topY: -0.3...0.3,
            leaf
        )
        return shape.solids
    }

    /// Builds a garden wall along x.
    static func wall(length: Float, table: inout SurfaceTable, random: inout RandomStream) -> [Primitive] {
        var shape = ShapeBuilder(label: .manmade)
        let h = random.uniform(0.8, 1.9) as Float
        let face =
            random.chance(0.5)
            ? table.add(.brick, random.pick(bricks), SurfaceTable.screen(180, 172, 160))
            : table.add(.concrete, random.pick(walls), seed: Float(random.below(256)))
        shape.box(x: (-length / 2)...(length / 2), y: -0.13...0.13, z: 0...h, face)
        shape.box(
            x: (-length / 2)...(length / 2),
            y: -0.18...0.18,
            z: h...(h + 0.08),
            table.add(.concrete, SurfaceTable.screen(170, 166, 160))
        )
        return shape.solids
    }

    /// Builds a street lamp whose arm reaches towards negative y.
    static func streetLamp(common: CommonSurfaces) -> [Primitive] {
        var shape = ShapeBuilder(label: .manmade)
        shape.cone(x: 0, y: 0, z: 0...7.6, radius: 0.11, topRadius: 0.07, common.steel)
        shape.box(x: -0.05...0.05, y: -1.7...0, z: 7.5...7.62, common.steel)
        shape.box(x: -0.12...0.12, y: -2.2 ... -1.4, z: 7.45...7.6, common.headlight)
        return shape.solids
    }

    /// Builds a traffic light that looks towards negative x.
    static func trafficLight(state: Int, table: inout SurfaceTable, common: CommonSurfaces) -> [Primitive] {
        var shape = ShapeBuilder(label: .manmade)
        shape.cone(x: 0, y: 0, z: 0...3.4, radius: 0.08, common.steel)
        shape.box(x: -0.18...0.14, y: -0.19...0.19, z: 2.5...3.5, common.trim)
        let lights = [
            SurfaceTable.screen(255, 60, 40), SurfaceTable.screen(255, 180, 40), SurfaceTable.screen(60, 255, 140),
        ]
        for (index, color) in lights.enumerated() {
            let z = 3.3 - Float(index) * 0.31
            let lamp = index == state ? table.add(.lamp, color) : table.add(.plain, color * 0.08)
            shape.ellipsoid(Vector(-0.17, 0, z), radii: Vector(0.05, 0.11, 0.11), lamp)
        }
        return shape.solids
    }

    /// Builds a traffic sign that looks towards negative x.
    static func sign(table: inout SurfaceTable, common: CommonSurfaces, random: inout RandomStream) -> [Primitive] {
        var shape = ShapeBuilder(label: .manmade)
        let colors = [
            SurfaceTable.screen(190, 30, 34), SurfaceTable.screen(30, 80, 170), SurfaceTable.screen(236, 234, 228),
        ]
        shape.cone(x: 0, y: 0, z: 0...2.7, radius: 0.075, common.steel)
        let plate = table.add(.plain, random.pick(colors))
        if random.chance(0.5) {
            shape.ellipsoid(Vector(-0.08, 0, 2.5), radii: Vector(0.03, 0.33, 0.33), plate)
            shape.ellipsoid(Vector(-0.095, 0, 2.5), radii: Vector(0.03, 0.22, 0.22), common.headlight)
        } else {
            shape.box(x: -0.12 ... -0.08, y: -0.32...0.32, z: 2.1...2.8, plate)
            shape.box(x: -0.13 ... -0.09, y: -0.2...0.2, z: 2.35...2.6, common.headlight)
        }
        return shape.solids
    }

    /// Builds a bus shelter, open towards negative y.
    static func shelter(table: inout SurfaceTable, common: CommonSurfaces) -> [Primitive] {
        var shape = ShapeBuilder(label: .manmade)
        shape.box(x: -2...2, y: 0.5...0.6, z: 0.3...2.3, common.glass)
        shape.box(x: -2.05 ... -1.95, y: -0.5...0.6, z: 0...2.3, common.steel)
        shape.box(x: 1.95...2.05, y: -0.5...0.6, z: 0...2.3, common.steel)
        shape.box(x: -2.2...2.2, y: -0.8...0.8, z: 2.3...2.45, common.steel)
        shape.box(x: -1.4...1.4, y: 0.1...0.45, z: 0.42...0.5, common.bark)
        shape.box(x: -1.2 ... -1.1, y: 0.2...0.3, z: 0...0.42, common.steel)
        shape.box(x: 1.1...1.2, y: 0.2...0.3, z: 0...0.42, common.steel)
        return shape.solids
    }

    /// Builds a bollard.
    static func bollard(table: inout SurfaceTable) -> [Primitive] {
        var shape = ShapeBuilder(label: .manmade)
        let paint = table.add(.bands, SurfaceTable.screen(60, 62, 64), SurfaceTable.screen(220, 220, 214), scale: 0.3)
        shape.cone(x: 0, y: 0, z: 0...1.0, radius: 0.09, paint)
        return shape.solids
    }
}
