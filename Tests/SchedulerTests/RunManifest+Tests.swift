import Storage

extension RunManifest {
    /// A run of these scenes; everything else is of no account.
    init(scenes: [Scene]) {
        self.init(
            run: "r",
            dataset: "d",
            datasetFolder: "/d",
            datasetVersion: "v",
            split: "s",
            model: "m",
            modelDigest: "0",
            precision: "fp32",
            software: "test",
            writtenAt: "",
            scenes: scenes
        )
    }
}
