internal import Reporting

/// What an address of the dashboard means.
enum DashboardAddress: Equatable {
    /// What is done to a run or a scene.
    enum Action: String, CaseIterable {
        case pause, unpause, cancel, retry
    }

    /// A picture of a sample.
    enum Picture: String, CaseIterable {
        case above = "above.png"
        case sheet = "sheet.webp"
    }

    case runs(before: Int64?)
    /// `done` is what an action came to, told once.
    case run(String, done: Action?)
    case scenes(run: String, from: String)
    /// `sample` is the index of the first one that is shown.
    case scene(run: String, scene: String, sample: Int)
    case picture(run: String, scene: String, sample: Int, Picture)
    case comparison(a: String, b: String, withScores: Bool)
    case events(run: String)
    case action(Action, run: String, scene: String?)
    case login, logout, style, script, icon

    /// Reads an address; nil for one that leads nowhere.
    ///
    /// Names are taken apart before they are decoded, and none may hold a slash or be a dot or two: no name leads out of its place.
    init?(path: String, query: String) {
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            Self.name(String($0))
        }
        let fields = FormFields(query)
        func number<Number: FixedWidthInteger>(_ name: String, _ usual: Number) -> Number? {
            guard let text = fields[name] else { return usual }
            guard let value = Number(text), value >= 0, text.utf8.first != 43 else { return nil }
            return value
        }
        switch parts.count {
        case 1 where path == "/":
            guard let before = number("before", Int64.max) else { return nil }
            self = .runs(before: before == .max ? nil : before)
        case 1:
            switch parts[0] {
            case "compare":
                self = .comparison(a: fields["a"] ?? "", b: fields["b"] ?? "", withScores: fields["scores"] == "1")
            case "login": self = .login
            case "logout": self = .logout
            case "style.css": self = .style
            case "live.js": self = .script
            case "icon.svg": self = .icon
            default: return nil
            }
        case 2:
            guard let run = parts[1] else { return nil }
            switch parts[0] {
            case "runs": self = .run(run, done: fields["done"].flatMap(Action.init(rawValue:)))
            case "events": self = .events(run: run)
            default: return nil
            }
        default:
            guard parts[0] == "runs", let run = parts[1] else { return nil }
            if parts.count == 3, parts[2] == "scenes" {
                self = .scenes(run: run, from: fields["from"] ?? "")
            } else if parts.count == 3, let action = parts[2].flatMap(Action.init(rawValue:)) {
                self = .action(action, run: run, scene: nil)
            } else if parts.count >= 4, parts[2] == "scenes", let scene = parts[3] {
                if parts.count == 4, let sample = number("sample", 0) {
                    self = .scene(run: run, scene: scene, sample: min(sample, 1_000_000))
                } else if parts.count == 5, parts[4] == Action.retry.rawValue {
                    self = .action(.retry, run: run, scene: scene)
                } else if parts.count == 7, parts[4] == "samples", let text = parts[5], let sample = Int(text),
                    text == "\(sample)", sample >= 0, let picture = parts[6].flatMap(Picture.init(rawValue:))
                {
                    self = .picture(run: run, scene: scene, sample: sample, picture)
                } else {
                    return nil
                }
            } else {
                return nil
            }
        }
    }

    /// A part of a path as text; nil where it is none that a run or a scene may have.
    private static func name(_ part: String) -> String? {
        guard let name = FormFields.decoded(part, plusIsBlank: false), !name.isEmpty, name != ".", name != "..",
            !name.unicodeScalars.contains(where: { $0 == "/" || $0.value < 32 || $0.value == 127 })
        else { return nil }
        return name
    }

    /// The address, to be put into an attribute.
    var html: HTML {
        switch self {
        case .runs(let before): before.map { "/?before=\(Int($0))" } ?? "/"
        case .run(let run, let done):
            done.map { "/\(HTML.path(["runs", run]))?done=\($0.rawValue)" } ?? "/\(HTML.path(["runs", run]))"
        case .scenes(let run, let from):
            from.isEmpty
                ? "/\(HTML.path(["runs", run, "scenes"]))"
                : "/\(HTML.path(["runs", run, "scenes"]))?from=\(HTML.path([from]))"
        case .scene(let run, let scene, let sample):
            sample == 0
                ? "/\(HTML.path(["runs", run, "scenes", scene]))"
                : "/\(HTML.path(["runs", run, "scenes", scene]))?sample=\(sample)"
        case .picture(let run, let scene, let sample, let picture):
            "/\(HTML.path(["runs", run, "scenes", scene, "samples", "\(sample)", picture.rawValue]))"
        case .comparison(let a, let b, let withScores):
            "/compare?a=\(HTML.path([a]))&amp;b=\(HTML.path([b]))\(withScores ? "&amp;scores=1" : "" as HTML)"
        case .events(let run): "/\(HTML.path(["events", run]))"
        case .action(let action, let run, let scene):
            "/\(HTML.path(["runs", run] + (scene.map { ["scenes", $0] } ?? []) + [action.rawValue]))"
        case .login: "/login"
        case .logout: "/logout"
        case .style: "/style.css"
        case .script: "/live.js"
        case .icon: "/icon.svg"
        }
    }

    /// The address for a line of an answer's head.
    var text: String { html.source.split(separator: "&amp;").joined(separator: "&") }

    /// A link to it.
    func link(_ text: String) -> HTML { "<a href=\"\(html)\">\(text)</a>" }

    /// Whether it changes something, and so takes POST alone.
    var isOrder: Bool {
        switch self {
        case .action, .logout: true
        default: false
        }
    }
}

/// Fields of a query or a form, `application/x-www-form-urlencoded`; of a name that comes twice, the first counts.
struct FormFields {
    private var values: [String: String] = [:]

    /// Reads at most 16 fields; those that are no text are left out.
    init(_ text: String) {
        for field in text.split(separator: "&").prefix(16) {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = Self.decoded(parts[0], plusIsBlank: true),
                let value = Self.decoded(parts.count > 1 ? parts[1] : "", plusIsBlank: true), values[name] == nil
            else { continue }
            values[name] = value
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// A text without its `%XX`; nil where these are none, or make no UTF-8.
    static func decoded(_ text: String, plusIsBlank: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let high = digit(rest[rest.startIndex]),
                    let low = digit(rest[rest.startIndex + 1])
                else { return nil }
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(32)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        default: nil
        }
    }
}
