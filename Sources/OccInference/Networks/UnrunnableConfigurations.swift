/// Published configurations that the published code itself cannot run, and why.
///
/// Found by running the published modules of commit 41b0a7f.
enum UnrunnableConfigurations {
    /// Why a configuration cannot run; nil for every other name.
    static func reason(_ name: String) -> String? {
        if name == "bevdet-r50-cbgs_ReActNet-T" {
            return "it names modules that the published code does not have: 'Binary_CustomFPN', 'BinaryResNetv0', "
                + "'Binary_FPN_LSS_v0' and 'BEV_CenterHeadBinary'"
        }
        guard reActNet.contains(name) else { return nil }
        return
            "the published code fails on it: a unit of ReActNet that halves the number of channels adds its input to its result, "
            + "and the two have different shapes"
    }

    private static let reActNet: Set<String> = [
        "flashocc-r50_ReActNet-T", "flashocc-r50_ReActNet-B", "flashocc-r50-4d-stereo_ReActNet-T",
        "flashocc-r50-4d-stereo_ReActNet-B", "bevdet-r50-4d-stereo-cbgs_ReActNet-T",
    ]
}
