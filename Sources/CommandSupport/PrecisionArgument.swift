public import ArgumentParser
public import Scenes

/// `--precision`, as all commands take it.
public enum PrecisionArgument {
    /// What is said of it.
    public static let help = ArgumentHelp(
        "What full-precision layers are computed with: fp32, as published; bf16, on processors that multiply it; int8, by scales that "
            + "'occ-scheduler calibrate' has put into the package.",
        valueName: "fp32|bf16|int8"
    )
}

extension Precision: ExpressibleByArgument {}
