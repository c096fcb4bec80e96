internal import MCAPFiles
internal import Scenes
internal import SystemSupport

/// Writes the lines of a manifest (docs/manifest.md) of one scene after the other.
struct LogManifest {
    /// A picture of a sample.
    struct Picture {
        let camera: String
        let file: String
        let type: String
        let place: LogContents.Picture
        let pose: RigidTransform
    }

    /// The lines so far.
    private(set) var bytes: [UInt8] = []
    private let configuration: LogConfiguration
    private let scene: String
    /// The most samples of a scene that manifests have.
    static let mostSamples = 20_000

    init(_ configuration: LogConfiguration, scene: String) {
        self.configuration = configuration
        self.scene = scene
    }

    private var rigName: String { configuration.rig ?? "rig" }

    /// Writes the first line and the rig's.
    mutating func begin(_ rig: LogRig) {
        line(#"{"kind":"manifest","version":1,"name":\#(JSONString.quoted(configuration.name ?? scene))}"#)
        var keys = [#""kind":"rig""#, #""name":\#(JSONString.quoted(rigName))"#]
        if let height = configuration.groundZ { keys.append(#""groundZ":\#(height)"#) }
        keys.append(#""cameras":{\#(rig.cameras.map(Self.camera).joined(separator: ","))}"#)
        if let lidar = rig.egoFromLidar { keys.append(#""lidar":{"egoFromLidar":\#(Self.transform(lidar))}"#) }
        line("{\(keys.joined(separator: ","))}")
    }

    private static func camera(_ camera: LogRig.Camera) -> String {
        let optics = camera.optics
        let d = optics.model == "none" ? "" : #","d":\#(list(optics.d))"#
        var keys = [
            #""size":[\#(optics.size.x),\#(optics.size.y)]"#, #""k":\#(list(optics.k))"#,
            #""distortion":{"model":\#(JSONString.quoted(optics.model))\#(d)}"#,
            #""egoFromCamera":\#(transform(camera.egoFromCamera))"#,
        ]
        if let slot = camera.said.slot { keys.append(#""slot":\#(JSONString.quoted(slot))"#) }
        if let angle = camera.said.maxAngle { keys.append(#""maxAngle":\#(angle)"#) }
        if let mask = camera.said.mask { keys.append(#""mask":\#(JSONString.quoted(mask))"#) }
        if camera.said.unusual == true { keys.append(#""unusual":true"#) }
        return "\(JSONString.quoted(camera.name)):{\(keys.joined(separator: ","))}"
    }

    /// Writes a sample; a scene that is full is followed by another, `NAME-2`.
    ///
    /// - Parameter number: how many samples were written.
    mutating func add(_ pictures: [Picture], time_ns: Int64, pose: RigidTransform, number: Int) {
        if number % Self.mostSamples == 0 {
            let part = number / Self.mostSamples
            let name = part == 0 ? scene : "\(scene)-\(part + 1)"
            line(#"{"kind":"scene","name":\#(JSONString.quoted(name)),"rig":\#(JSONString.quoted(rigName))}"#)
        }
        let digits = "\(number)"
        let token = scene + "-" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
        let images = pictures.map(Self.image).joined(separator: ",")
        line(
            #"{"kind":"sample","token":\#(JSONString.quoted(token)),"t":"\#(time_ns)","worldFromEgo":\#(Self.transform(pose)),"images":{\#(images)}}"#
        )
    }

    private static func image(_ picture: Picture) -> String {
        let place = picture.place
        let (record, offset) = (place.reference.record, place.reference.offset)
        let at = offset.map { #""chunk":\#(record),"offset":\#($0)"# } ?? #""offset":\#(record)"#
        // A message without a time of its own has nothing to compare.
        let stamp = place.stamp_ns > 0 ? #","stamp":"\#(place.stamp_ns)""# : ""
        return
            #"\#(JSONString.quoted(picture.camera)):{"mcap":\#(JSONString.quoted(picture.file)),\#(at),"size":\#(place.bytes),"type":\#(JSONString.quoted(picture.type))\#(stamp),"#
            + #""t":"\#(place.time_ns)","worldFromEgo":\#(transform(picture.pose))}"#
    }

    private mutating func line(_ text: String) {
        bytes += text.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func transform(_ transform: RigidTransform) -> String {
        let (t, q) = (transform.translation, transform.rotation)
        return #"{"t":\#(list([t.x, t.y, t.z])),"q":\#(list([q.w, q.x, q.y, q.z]))}"#
    }

    /// Numbers in the fewest digits that are read back exactly.
    private static func list(_ numbers: [Double]) -> String { "[\(numbers.map { "\($0)" }.joined(separator: ","))]" }
}
