internal import Scenes

/// Trucks, buses, trailers and excavators.
struct HeavyShapes {
    private static let liveries: [Vector] = [
        SurfaceTable.screen(232, 232, 228), SurfaceTable.screen(46, 84, 150), SurfaceTable.screen(180, 40, 34),
        SurfaceTable.screen(226, 150, 36), SurfaceTable.screen(52, 120, 78), SurfaceTable.screen(196, 200, 204),
    ]

    /// Builds a box truck or a tipper.
    static func truck(
        actor: Int32,
        table: inout SurfaceTable,
        common: CommonSurfaces,
        random: inout RandomStream
    ) -> ([Primitive], Vector) {
        let size = Vector(random.uniform(6.2, 9.0), random.uniform(2.35, 2.55), random.uniform(2.9, 3.6))
        let l = size.x / 2
        let w = size.y / 2
        let h = size.z
        let cabin = table.add(.paint, random.pick(liveries))
        let cargo = table.add(.paint, random.pick(liveries))
        let stripe = table.add(.paint, random.pick(liveries))
        var shape = ShapeBuilder(label: .truck, actor: actor)
        let cabBack = l - 1.9
        let cabTop = min(h, 2.75)
        shape.box(x: (-l + 0.1)...(l - 0.2), y: -0.45...0.45, z: 0.5...0.95, common.trim)
        shape.box(x: cabBack...l, y: (-w + 0.05)...(w - 0.05), z: 0.45...1.5, cabin)
        shape.frustum(
            x: cabBack...l,
            y: (-w + 0.05)...(w - 0.05),
            z: 1.5...(cabTop - 0.1),
            topX: cabBack...(l - 0.35),
            topY: (-w + 0.12)...(w - 0.12),
            common.glass
        )
        shape.box(x: cabBack...(l - 0.30), y: (-w + 0.10)...(w - 0.10), z: (cabTop - 0.14)...cabTop, cabin)
        shape.box(x: cabBack...(cabBack + 0.55), y: (-w + 0.05)...(w - 0.05), z: 1.45...(cabTop - 0.02), cabin)
        shape.box(x: (l - 0.06)...l, y: -0.7...0.7, z: 0.6...1.1, common.trim)
        for y in [-w + 0.1, w - 0.45] {
            shape.box(x: (l - 0.05)...l, y: y...(y + 0.35), z: 0.72...0.95, common.headlight)
            shape.box(x: (-l)...(-l + 0.08), y: y...(y + 0.35), z: 0.75...0.98, common.taillight)
        }
        if random.chance(0.65) {
            shape.box(x: (-l + 0.03)...(cabBack - 0.15), y: (-w)...w, z: 0.95...h, cargo)
            shape.box(x: (-l + 0.02)...(cabBack - 0.14), y: (-w)...w, z: (h * 0.55)...(h * 0.66), stripe)
        } else {
            let bed = h * 0.62
            shape.frustum(
                x: (-l + 0.25)...(cabBack - 0.25),
                y: (-w + 0.25)...(w - 0.25),
                z: 0.9...bed,
                topX: (-l)...(cabBack - 0.1),
                topY: (-w)...w,
                cargo
            )
            shape.ellipsoid(
                Vector((-l + cabBack) / 2, 0, bed),
                radii: Vector((cabBack + l) * 0.40, w * 0.8, h - bed),
                table.add(.concrete, SurfaceTable.screen(150, 120, 84))
            )
        }
        axles(&shape, [l - 1.0, -l + 1.1, -l + 2.2], w, 0.48, common)
        return (shape.solids, size)
    }

    /// Builds a city bus.
    static func bus(
        actor: Int32,
        table: inout SurfaceTable,
        common: CommonSurfaces,
        random: inout RandomStream
    ) -> ([Primitive], Vector) {
        let size = Vector(random.uniform(10.5, 12.2), random.uniform(2.55, 2.85), random.uniform(3.1, 3.5))
        let l = size.x / 2
        let w = size.y / 2
        let h = size.z
        let body = table.add(.paint, random.pick(liveries))
        let skirt = table.add(.paint, random.pick(liveries))
        let sign = table.add(.lamp, SurfaceTable.screen(250, 170, 40))
        var shape = ShapeBuilder(label: .bus, actor: actor)
        shape.box(x: (-l + 0.02)...(l - 0.06), y: (-w + 0.02)...(w - 0.02), z: 0.30...1.1, skirt)
        shape.box(x: (-l + 0.02)...(l - 0.06), y: (-w + 0.02)...(w - 0.02), z: 1.1...(h - 0.12), body)
        shape.frustum(
            x: (-l + 0.02)...(l - 0.06),
            y: (-w + 0.02)...(w - 0.02),
            z: (h - 0.12)...h,
            topX: (-l + 0.2)...(l - 0.4),
            topY: (-w + 0.25)...(w - 0.25),
            body
        )
        // Windows stand out by 2 cm so that they are what rays meet; posts part them.
        let bays = 6
        let pitch = (size.x - 1.0) / Float(bays)
        for bay in 0..<bays {
            let x = -l + 0.5 + Float(bay) * pitch
            shape.box(x: (x + 0.06)...(x + pitch - 0.06), y: (-w)...w, z: 1.35...(h - 0.75), common.glass)
        }
        shape.box(x: (l - 0.10)...l, y: (-w + 0.12)...(w - 0.12), z: 1.1...(h - 0.65), common.glass)
        shape.box(x: (l - 0.10)...l, y: (-w + 0.4)...(w - 0.4), z: (h - 0.55)...(h - 0.25), sign)
        shape.box(x: (-l)...(-l + 0.05), y: (-w + 0.3)...(w - 0.3), z: 1.7...(h - 0.6), common.glass)
        for y in [-w + 0.15, w - 0.55] {
            shape.box(x: (l - 0.10)...(l - 0.01), y: y...(y + 0.4), z: 0.55...0.8, common.headlight)
            shape.box(x: (-l)...(-l + 0.05), y: y...(y + 0.3), z: 0.7...1.2, common.taillight)
        }
        axles(&shape, [l - 2.6, -l + 3.0], w, 0.48, common)
        return (shape.solids, size)
    }

    /// Builds a box trailer.
    static func trailer(
        actor: Int32,
        table: inout SurfaceTable,
        common: CommonSurfaces,
        random: inout RandomStream
    ) -> ([Primitive], Vector) {
        let size = Vector(random.uniform(8.5, 11.5), random.uniform(2.45, 2.6), random.uniform(3.5, 3.9))
        let l = size.x / 2
        let w = size.y / 2
        let h = size.z
        let body = table.add(.paint, random.pick(liveries))
        let stripe = table.add(.paint, random.pick(liveries))
        var shape = ShapeBuilder(label: .trailer, actor: actor)
        shape.box(x: (-l)...l, y: (-w + 0.01)...(w - 0.01), z: 1.15...h, body)
        shape.box(x: (-l + 0.6)...(l - 0.6), y: (-w)...w, z: (h - 1.2)...(h - 0.6), stripe)
        shape.box(x: (-l + 0.1)...(l - 0.1), y: -0.5...0.5, z: 0.85...1.18, common.trim)
        shape.box(x: (l - 2.8)...(l - 2.6), y: -0.9 ... -0.7, z: 0...1.0, common.steel)
        shape.box(x: (l - 2.8)...(l - 2.6), y: 0.7...0.9, z: 0...1.0, common.steel)
        shape.box(x: (-l)...(-l + 0.06), y: (-w + 0.1)...(w - 0.1), z: 0.62...0.85, common.taillight)
        axles(&shape, [-l + 1.0, -l + 2.2, -l + 3.4], w, 0.50, common)
        return (shape.solids, size)
    }

    /// Builds an excavator on tracks, its arm raised ahead.
    static func excavator(
        actor: Int32,
        table: inout SurfaceTable,
        common: CommonSurfaces,
        random: inout RandomStream
    ) -> ([Primitive], Vector) {
        let size = Vector(7.0, 2.7, 3.3)
        let yellow = table.add(.paint, SurfaceTable.screen(228, 164, 24))
        var shape = ShapeBuilder(label: .constructionVehicle, actor: actor)
        for y in [-1.35, 0.75] as [Float] {
            shape.frustum(x: -3.2...0.6, y: y...(y + 0.6), z: 0...0.85, topX: -3.4...0.8, common.rubber)
        }
        shape.box(x: -2.4 ... -0.2, y: -0.8...0.8, z: 0.4...0.95, common.trim)
        shape.box(x: -3.5...0.3, y: -1.25...1.25, z: 0.95...1.75, yellow)
        shape.frustum(x: -3.5 ... -2.2, y: -1.25...1.25, z: 1.7...2.3, topX: -3.3 ... -2.3, yellow)
        shape.frustum(
            x: -1.2...0.6,
            y: 0.1...1.2,
            z: 1.7...2.85,
            topX: -1.1...0.25,
            topY: 0.15...1.1,
            common.glass
        )
        shape.box(x: -1.15...0.3, y: 0.12...1.13, z: 2.8...2.95, yellow)
        // Boom up and forward, stick down, bucket: sheared blocks.
        shape.frustum(x: -0.6...0.1, y: -0.75 ... -0.25, z: 1.5...3.2, topX: 1.4...2.1, yellow)
        shape.frustum(x: 2.7...3.1, y: -0.7 ... -0.3, z: 0.9...3.3, topX: 1.3...2.0, yellow)
        shape.frustum(x: 2.3...3.5, y: -1.0...0.0, z: 0.15...1.0, topX: 2.6...3.2, common.steel)
        return (shape.solids, size)
    }

    private static func axles(
        _ shape: inout ShapeBuilder,
        _ positions: [Float],
        _ w: Float,
        _ radius: Float,
        _ common: CommonSurfaces
    ) {
        for x in positions {
            for y in [-w + 0.17, w - 0.17] {
                shape.wheel(x: x, y: y, radius: radius, halfWidth: 0.16, common.rubber)
                shape.wheel(x: x, y: y, radius: radius * 0.5, halfWidth: 0.165, common.steel, lift: radius * 0.5)
            }
        }
    }
}
