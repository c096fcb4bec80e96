/// The splits that nuScenes itself defines, as lists of scene numbers.
///
/// Source: `nuscenes/utils/splits.py` of nuscenes-devkit 1.2.0. A scene's name is `scene-` and its number in four digits.
public enum OfficialSplit: String, Hashable, Sendable, CaseIterable {
    /// The 700 training scenes of `v1.0-trainval`.
    case train
    /// The 150 validation scenes of `v1.0-trainval`.
    case val
    /// The 150 scenes of `v1.0-test`.
    case test
    /// The 8 training scenes of `v1.0-mini`.
    case miniTrain = "mini_train"
    /// The 2 validation scenes of `v1.0-mini`.
    case miniVal = "mini_val"
    /// The half of `train` kept for detectors.
    case trainDetect = "train_detect"
    /// The half of `train` kept for trackers.
    case trainTrack = "train_track"

    /// The scene numbers, rising.
    public var sceneNumbers: [Int] {
        if self == .train {
            return (OfficialSplit.trainDetect.sceneNumbers + OfficialSplit.trainTrack.sceneNumbers).sorted()
        }
        return ranges.flatMap { Array($0) }
    }

    /// The scene names, by rising number.
    public var sceneNames: [String] {
        sceneNumbers.map { number in
            let digits = String(number)
            return "scene-" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    /// The runs of scene numbers; `train` is the union of its halves.
    private var ranges: [ClosedRange<Int>] {
        switch self {
        case .train:
            []
        case .val:
            [
                3...3, 12...18, 35...36, 38...39, 92...110, 221...221, 268...278, 329...332, 344...346, 519...524,
                552...565, 625...627, 629...630, 632...638, 770...771, 775...775, 777...778, 780...784, 794...800,
                802...802, 904...917, 919...931, 962...963, 966...969, 971...972, 1059...1073,
            ]
        case .test:
            [
                77...91, 111...119, 140...140, 142...148, 265...266, 279...282, 307...314, 333...343, 481...498,
                547...551, 601...604, 606...624, 827...831, 833...842, 844...846, 932...933, 935...943, 1026...1043,
            ]
        case .miniTrain:
            [
                61...61, 553...553, 655...655, 757...757, 796...796, 1077...1077, 1094...1094, 1100...1100,
            ]
        case .miniVal:
            [
                103...103, 916...916,
            ]
        case .trainDetect:
            [
                1...2, 41...76, 161...168, 170...176, 190...196, 199...200, 202...204, 206...214, 254...264,
                283...306, 315...318, 321...321, 323...324, 347...375, 382...382, 420...439, 457...459, 461...465,
                467...469, 471...472, 474...480, 566...566, 568...568, 570...578, 580...580, 582...583, 665...679,
                681...681, 683...689, 739...741, 744...744, 746...747, 749...752, 757...765, 767...769, 868...873,
                875...878, 880...880, 882...903, 945...945, 947...947, 949...949, 952...953, 955...961, 975...984,
                988...991, 1011...1025, 1074...1102, 1104...1105,
            ]
        case .trainTrack:
            [
                4...11, 19...34, 120...135, 138...139, 149...152, 154...155, 157...160, 177...185, 187...188,
                218...220, 222...222, 224...253, 328...328, 376...381, 383...386, 388...403, 405...408, 410...419,
                440...456, 499...502, 504...515, 517...518, 525...539, 541...546, 584...600, 639...664, 695...698,
                700...701, 703...719, 726...728, 730...731, 733...738, 786...787, 789...792, 803...806, 808...813,
                815...817, 819...822, 847...856, 858...858, 860...866, 992...992, 994...1010, 1044...1058,
                1106...1110,
            ]
        }
    }
}
