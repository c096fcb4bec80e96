/// Surfaces that many things share.
struct CommonSurfaces {
    let rubber: UInt16
    let glass: UInt16
    let trim: UInt16
    let chrome: UInt16
    let headlight: UInt16
    let taillight: UInt16
    let skin: UInt16
    let steel: UInt16
    let bark: UInt16

    init(_ table: inout SurfaceTable) {
        rubber = table.add(.plain, SurfaceTable.screen(38, 38, 40))
        glass = table.add(.glass, SurfaceTable.screen(36, 42, 48))
        trim = table.add(.plain, SurfaceTable.screen(48, 48, 50))
        chrome = table.add(.paint, SurfaceTable.screen(150, 152, 156))
        headlight = table.add(.paint, SurfaceTable.screen(235, 235, 225))
        taillight = table.add(.paint, SurfaceTable.screen(170, 20, 18))
        skin = table.add(.plain, SurfaceTable.screen(196, 150, 122))
        steel = table.add(.plain, SurfaceTable.screen(122, 126, 130))
        bark = table.add(.streaks, SurfaceTable.screen(104, 84, 66), SurfaceTable.screen(62, 50, 40), scale: 0.12)
    }
}
