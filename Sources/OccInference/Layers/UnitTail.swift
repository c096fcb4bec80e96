/// What the end of a binary unit does besides adding its own input, so that the work around units costs no pass of its own.
struct UnitTail {
    /// Added after the unit's own shortcut.
    var skip: FeatureMap?
    /// Factor after the additions.
    var factor: Float = 1
    /// RPReLU at the very end, and the prefix of its packed tensors.
    var activation: String?

    /// Whether the unit ends as the published one does.
    var isPlain: Bool { skip == nil && factor == 1 && activation == nil }
}
