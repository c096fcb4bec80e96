internal import Scenes

/// Passenger cars: saloons, hatchbacks, off-roaders and vans.
struct CarShapes {
    private static let colors: [Vector] = [
        SurfaceTable.screen(225, 226, 226), SurfaceTable.screen(168, 172, 176), SurfaceTable.screen(40, 42, 46),
        SurfaceTable.screen(92, 96, 102), SurfaceTable.screen(150, 28, 30), SurfaceTable.screen(34, 62, 122),
        SurfaceTable.screen(238, 238, 232), SurfaceTable.screen(24, 84, 78), SurfaceTable.screen(190, 170, 130),
        SurfaceTable.screen(222, 172, 28), SurfaceTable.screen(60, 110, 170), SurfaceTable.screen(20, 20, 22),
    ]

    /// Builds a car and returns its solids with its size (length, width, height).
    static func make(
        actor: Int32,
        table: inout SurfaceTable,
        common: CommonSurfaces,
        random: inout RandomStream
    ) -> ([Primitive], Vector) {
        let style = random.below(4)
        let size: Vector
        switch style {
        case 0: size = Vector(random.uniform(4.5, 4.95), random.uniform(1.80, 1.92), random.uniform(1.42, 1.50))
        case 1: size = Vector(random.uniform(3.8, 4.3), random.uniform(1.72, 1.82), random.uniform(1.48, 1.56))
        case 2: size = Vector(random.uniform(4.5, 4.9), random.uniform(1.88, 2.0), random.uniform(1.66, 1.82))
        default: size = Vector(random.uniform(4.8, 5.4), random.uniform(1.95, 2.05), random.uniform(1.92, 2.2))
        }
        let paint = table.add(.paint, random.pick(colors))
        let l = size.x / 2
        let w = size.y / 2
        let h = size.z
        let waist = h * (style == 3 ? 0.52 : 0.60)
        let radius: Float = style == 2 ? 0.36 : 0.32
        var shape = ShapeBuilder(label: .car, actor: actor)
        // Body: sills, then the main shell drawn in towards nose and tail.
        shape.box(x: (-l + 0.06)...(l - 0.06), y: (-w + 0.05)...(w - 0.05), z: 0.22...0.40, common.trim)
        shape.frustum(
            x: (-l + 0.03)...(l - 0.03),
            y: (-w)...w,
            z: 0.36...(waist * 0.8),
            topX: (-l + 0.02)...(l - 0.05),
            topY: (-w + 0.02)...(w - 0.02),
            paint
        )
        let noseDrop: Float = style == 3 ? 0.02 : 0.10
        shape.frustum(
            x: (-l + 0.02)...(l - 0.05),
            y: (-w + 0.02)...(w - 0.02),
            z: (waist * 0.8)...(waist - noseDrop * 0.2),
            topX: (-l + (style == 0 ? 0.12 : 0.06))...(l - 0.22),
            topY: (-w + 0.09)...(w - 0.09),
            paint
        )
        // Cabin: glass all round under a painted roof.
        let back: Float
        let roofBack: Float
        let front: Float
        let roofFront: Float
        switch style {
        case 0: (back, roofBack, front, roofFront) = (-0.72, -0.42, 0.46, 0.12)
        case 1: (back, roofBack, front, roofFront) = (-0.95, -0.80, 0.46, 0.14)
        case 2: (back, roofBack, front, roofFront) = (-0.96, -0.84, 0.46, 0.20)
        default: (back, roofBack, front, roofFront) = (-0.98, -0.95, 0.72, 0.46)
        }
        shape.frustum(
            x: (back * l)...(front * l),
            y: (-w + 0.10)...(w - 0.10),
            z: (waist - 0.06)...(h - 0.05),
            topX: (roofBack * l)...(roofFront * l),
            topY: (-w + 0.27)...(w - 0.27),
            common.glass
        )
        shape.frustum(
            x: (roofBack * l - 0.02)...(roofFront * l + 0.04),
            y: (-w + 0.25)...(w - 0.25),
            z: (h - 0.08)...h,
            topX: (roofBack * l + 0.10)...(roofFront * l - 0.08),
            topY: (-w + 0.34)...(w - 0.34),
            paint
        )
        // Pillars between the side windows.
        let pillar = (roofBack * 0.45 + roofFront * 0.55) * l
        for side in [-1, 1] as [Float] {
            let outer = side * (w - 0.10)
            let inner = side * (w - 0.27)
            var post = ShapeBuilder(label: .car, actor: actor)
            let low = min(outer, inner)
            let high = max(outer, inner)
            post.box(
                x: (pillar - 0.05)...(pillar + 0.05),
                y: low...high,
                z: (waist - 0.05)...(waist + 0.02),
                paint
            )
            shape.solids += post.solids
        }
        lights(&shape, l, w, waist, common)
        for x in [-0.60 * l, 0.62 * l] {
            for y in [-w + 0.13, w - 0.13] {
                shape.wheel(x: x, y: y, radius: radius, halfWidth: 0.12, common.rubber)
                shape.wheel(
                    x: x,
                    y: y,
                    radius: radius * 0.62,
                    halfWidth: 0.122,
                    common.chrome,
                    lift: radius * 0.38
                )
            }
        }
        return (shape.solids, size)
    }

    private static func lights(
        _ shape: inout ShapeBuilder,
        _ l: Float,
        _ w: Float,
        _ waist: Float,
        _ common: CommonSurfaces
    ) {
        for y in [-w + 0.08, w - 0.42] {
            shape.box(x: (l - 0.10)...l, y: y...(y + 0.34), z: (waist * 0.66)...(waist * 0.82), common.headlight)
            shape.box(x: (-l)...(-l + 0.08), y: y...(y + 0.34), z: (waist * 0.66)...(waist * 0.86), common.taillight)
        }
        shape.box(x: (l - 0.06)...l, y: -0.45...0.45, z: 0.36...0.50, common.trim)
        shape.box(x: (-l)...(-l + 0.04), y: -0.28...0.28, z: 0.46...0.58, common.headlight)
    }
}
