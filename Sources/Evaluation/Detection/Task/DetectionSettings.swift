/// The numbers of nuscenes-devkit's configuration `detection_cvpr_2019`; ranges are `DetectionClass.range_m`.
public enum DetectionSettings {
    /// Distances of centres below which a prediction may match, metres.
    public static let distanceThresholds_m: [Double] = [0.5, 1, 2, 4]
    /// The place in `distanceThresholds_m` of the one at which errors of true positives are taken.
    public static let errorThresholdIndex = 2
    /// Recalls up to this are left out of AP and errors.
    public static let minimumRecall = 0.1
    /// Precision below this counts as 0.
    public static let minimumPrecision = 0.1
    /// Most predicted boxes a sample may have.
    public static let maximumBoxesPerSample = 500
    /// Weight of mAP in NDS, where each of the five error scores weighs 1.
    public static let meanAPWeight = 5
    /// Recalls at which precision is taken, evenly from 0 to 1.
    public static let recallPoints = 101
    /// The first of the recall points beyond `minimumRecall`.
    static let firstScoredPoint = 11
}
