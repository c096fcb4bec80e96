import Foundation

/// A network namespace joined to this host by one cable that can go dead: packets vanish, nobody is told.
final class NetworkIsland {
    /// The host's address on the cable; the server must listen there.
    let hostAddress: String
    let name: String
    private let hostInterface: String

    /// Why there can be none; nil where there can.
    static func obstacle() -> String? {
        if geteuid() != 0 { return "needs root" }
        guard Shell.first(of: ["/usr/sbin/nft"]) != nil else {
            return "nft is not installed (apt-get install nftables)"
        }
        guard Shell.first(of: ["/usr/sbin/ip", "/usr/bin/ip"]) != nil else { return "ip is not installed" }
        let probe = "chaos-probe-\(getpid())"
        guard Shell.succeeds(["ip", "netns", "add", probe]) else { return "the kernel gives no network namespace" }
        defer { _ = Shell.succeeds(["ip", "netns", "del", probe]) }
        guard Shell.succeeds(["ip", "netns", "exec", probe, "nft", "add", "table", "inet", "chaos"]) else {
            return "the kernel has no nftables"
        }
        return nil
    }

    init() throws {
        let number = Int(getpid()) % 60000
        name = Self.name(of: getpid())
        hostAddress = "10.213.\(number / 250).\(number % 250 + 1)"
        hostInterface = "chaos\(number)"
        let inside = "10.214.\(number / 250).\(number % 250 + 1)"
        try Shell.run(["ip", "netns", "add", name])
        try Shell.run(["ip", "link", "add", hostInterface, "type", "veth", "peer", "name", "cable", "netns", name])
        try Shell.run(["ip", "address", "add", hostAddress, "peer", inside, "dev", hostInterface])
        try Shell.run(["ip", "link", "set", hostInterface, "up"])
        let within = ["ip", "-n", name]
        try Shell.run(within + ["address", "add", inside, "peer", hostAddress, "dev", "cable"])
        try Shell.run(within + ["link", "set", "lo", "up"])
        try Shell.run(within + ["link", "set", "cable", "up"])
    }

    static func name(of process: pid_t) -> String { "chaos-\(process)" }

    /// What to put before a command so that it lives there.
    var prefix: [String] { ["nsenter", "--net=/run/netns/\(name)", "--"] }

    /// Lets every packet vanish, in both directions.
    func cut() throws {
        let rules = """
            add table inet chaos
            add chain inet chaos outgoing { type filter hook output priority 0; policy drop; }
            add chain inet chaos incoming { type filter hook input priority 0; policy drop; }
            """
        try Shell.run(["ip", "netns", "exec", name, "nft", rules])
    }

    func mend() throws {
        try Shell.run(["ip", "netns", "exec", name, "nft", "delete table inet chaos"])
    }

    func remove() {
        _ = Shell.succeeds(["ip", "netns", "del", name])
    }
}
