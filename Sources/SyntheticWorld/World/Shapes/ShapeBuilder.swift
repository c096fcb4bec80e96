internal import Scenes

/// Collects the solids of one thing in its own frame: x forward, y left, z up from the ground it stands on.
struct ShapeBuilder {
    var solids: [Primitive] = []
    let label: OccupancyClass
    let actor: Int32

    init(label: OccupancyClass, actor: Int32 = -1) {
        self.label = label
        self.actor = actor
    }

    /// Adds a cuboid from its corners.
    mutating func box(
        x: ClosedRange<Float>,
        y: ClosedRange<Float>,
        z: ClosedRange<Float>,
        _ surface: UInt16
    ) {
        add(.box, x, y, z, surface)
    }

    /// Adds a cuboid of the given bottom whose top face has its own extents in x and y.
    mutating func frustum(
        x: ClosedRange<Float>,
        y: ClosedRange<Float>,
        z: ClosedRange<Float>,
        topX: ClosedRange<Float>,
        topY: ClosedRange<Float>? = nil,
        _ surface: UInt16
    ) {
        let top = topY ?? y
        add(
            .frustum,
            x,
            y,
            z,
            surface,
            taper: Vector(extent(topX) / 2, extent(top) / 2, middle(topX) - middle(x))
        )
    }

    /// Adds an upright cylinder or cone stump.
    mutating func cone(
        x: Float,
        y: Float,
        z: ClosedRange<Float>,
        radius: Float,
        topRadius: Float? = nil,
        _ surface: UInt16
    ) {
        add(
            .cone,
            (x - radius)...(x + radius),
            (y - radius)...(y + radius),
            z,
            surface,
            taper: Vector(topRadius ?? radius, 0, 0)
        )
    }

    /// Adds an ellipsoid.
    mutating func ellipsoid(_ center: Vector, radii: Vector, _ surface: UInt16) {
        solids.append(
            Primitive(
                .ellipsoid,
                center: center,
                half: radii,
                surface: surface,
                label: label.rawValue,
                actor: actor
            )
        )
    }

    /// Adds a wheel that stands on the ground: axis along y.
    mutating func wheel(x: Float, y: Float, radius: Float, halfWidth: Float, _ surface: UInt16, lift: Float = 0) {
        solids.append(
            Primitive(
                .wheel,
                center: Vector(x, y, radius + lift),
                half: Vector(radius, halfWidth, radius),
                surface: surface,
                label: label.rawValue,
                actor: actor
            )
        )
    }

    private mutating func add(
        _ kind: Primitive.Kind,
        _ x: ClosedRange<Float>,
        _ y: ClosedRange<Float>,
        _ z: ClosedRange<Float>,
        _ surface: UInt16,
        taper: Vector = .zero
    ) {
        solids.append(
            Primitive(
                kind,
                center: Vector(middle(x), middle(y), middle(z)),
                half: Vector(extent(x), extent(y), extent(z)) / 2,
                taper: taper,
                surface: surface,
                label: label.rawValue,
                actor: actor
            )
        )
    }

    private func extent(_ range: ClosedRange<Float>) -> Float { range.upperBound - range.lowerBound }
    private func middle(_ range: ClosedRange<Float>) -> Float { (range.upperBound + range.lowerBound) / 2 }
}
