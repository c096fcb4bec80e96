import Foundation
import TestSupport
import Testing

@testable import PostgresClient

@Suite(.enabled(if: DisposablePostgresServer.isAvailable, "needs PostgreSQL")) struct PrivateServerTests {
    private func temporaryFolder() throws -> String {
        let path = "/tmp/occ-server-test-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func pool(_ server: PrivatePostgresServer) throws -> ConnectionPool {
        ConnectionPool(configuration: try PostgresConfiguration(connectionString: server.connectionString))
    }

    /// One server through its whole life, as making a data directory takes a second or two.
    @Test func livesThroughCrashesAndIsAdopted() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // What a killed initdb leaves behind.
        let data = folder + "/a folder with spaces"
        try FileManager.default.createDirectory(atPath: data + "/pgdata.new/base", withIntermediateDirectories: true)

        try DisposablePostgresServer.endWithThisProcess(data)
        let first = try await PrivatePostgresServer.start(dataDirectory: data)
        do {
            #expect(!first.wasAdopted && first.isRunning)
            #expect(first.socketDirectory == data + "/socket")
            var clients = try pool(first)
            try await clients.query("CREATE TABLE kept (i int8)", doing: "testing")
            let settings = try await clients.query(
                "SELECT current_setting('listen_addresses') AS l, current_setting('fsync') AS f",
                doing: "testing"
            ).single()
            #expect(try settings.get("l") == "")
            #expect(try settings.get("f") == "on")
            // A terminal's Ctrl-C reaches the processes of the terminal's session and group: not this one.
            var pid = try #require(first.layout.postmaster()?.pid)
            #expect(getsid(pid) != getsid(0) && getpgid(pid) != getpgid(0))

            // Two more starts at once find the one that runs.
            async let second = PrivatePostgresServer.start(dataDirectory: data)
            async let third = PrivatePostgresServer.start(dataDirectory: data)
            for adopted in try await [second, third] {
                #expect(adopted.wasAdopted && adopted.connectionString == first.connectionString)
            }
            await clients.close()
            try await endsWithItsOwner(first)
            #expect(try await !PrivatePostgresServer.start(dataDirectory: data).wasAdopted)
            pid = try #require(first.layout.postmaster()?.pid)

            // kill -9 of the server: the next start recovers, though an unrelated process has its number by then.
            kill(pid, SIGKILL)
            while PostmasterFile.processes(of: first.layout.cluster).contains(pid) {
                try await Task.sleep(for: .milliseconds(20))
            }
            let text = try String(contentsOfFile: first.layout.postmasterFile, encoding: .utf8)
            let forged = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
            while !PostmasterFile.processes(of: first.layout.cluster).isEmpty {
                try await Task.sleep(for: .milliseconds(20))
            }
            try ([String(getpid())] + forged.map(String.init)).joined(separator: "\n")
                .write(toFile: first.layout.postmasterFile, atomically: false, encoding: .utf8)
            let recovered = try await PrivatePostgresServer.start(dataDirectory: data)
            #expect(!recovered.wasAdopted)
            clients = try pool(recovered)
            #expect(try await clients.query("SELECT * FROM kept", doing: "testing").count == 0)
            await clients.close()

            // The folder is moved while its server runs: that one is ended, and a new one serves at the new place.
            let elsewhere = folder + "/elsewhere"
            try FileManager.default.moveItem(atPath: data, toPath: elsewhere)
            let again = try await PrivatePostgresServer.start(dataDirectory: elsewhere)
            #expect(!again.wasAdopted && again.socketDirectory == elsewhere + "/socket")
            clients = try pool(again)
            #expect(try await clients.query("SELECT * FROM kept", doing: "testing").count == 0)
            await clients.close()
            try await again.stop()
            try FileManager.default.moveItem(atPath: elsewhere, toPath: data)
            try await recovered.stop()
            #expect(!recovered.isRunning)
            try await recovered.stop()

            // A socket path that the kernel cannot take.
            let long = folder + "/" + String(repeating: "x", count: 120)
            let moved = try await PrivatePostgresServer.start(dataDirectory: data, socketDirectory: long)
            #expect(moved.socketDirectory.hasPrefix("/tmp/occ-pg-"))
            var status = stat()
            #expect(stat(moved.socketDirectory, &status) == 0 && status.st_mode & 0o777 == 0o700)
            clients = try pool(moved)
            #expect(try await clients.query("SELECT * FROM kept", doing: "testing").count == 0)
            await clients.close()
            try await moved.stop()
            #expect(!FileManager.default.fileExists(atPath: moved.socketDirectory))
        } catch {
            try? await first.stop()
            throw error
        }
    }

    /// Waits for the server's end, ten seconds at most.
    private func hasEnded(_ server: PrivatePostgresServer) async throws -> Bool {
        for _ in 0..<500 where server.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        return !server.isRunning
    }

    /// What the kernel does when the owner is gone, it also does when the owner closes its end of the pipe.
    private func endsWithItsOwner(_ server: PrivatePostgresServer) async throws {
        let layout = server.layout
        // A former owner's end is nothing to a server that has a new one.
        try ServerKeeper.own(layout)
        try ServerKeeper.own(layout)
        try await Task.sleep(for: .seconds(1))
        #expect(server.isRunning)
        // Clients may finish what they do.
        let clients = try pool(server)
        try await clients.query("SELECT 1", doing: "testing")
        ServerKeeper.disown(layout)
        try await Task.sleep(for: .seconds(1))
        #expect(server.isRunning)
        await clients.close()
        #expect(try await hasEnded(server))
        // Ended in order: there is nothing to recover from.
        #expect(!FileManager.default.fileExists(atPath: layout.postmasterFile))

        // A client that stays for ever is cut off in the end.
        let again = try await PrivatePostgresServer.start(dataDirectory: layout.root)
        let stubborn = try pool(again)
        try await stubborn.query("SELECT 1", doing: "testing")
        try ServerKeeper.own(layout, graceSeconds: 1)
        ServerKeeper.disown(layout)
        #expect(try await hasEnded(again))
        await stubborn.close()
    }

    @Test func aFolderThatTheAccountCannotReachIsNamed() async throws {
        // Only root starts the server under another account.
        guard geteuid() == 0 else { return print("not root: nothing to test") }
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        chmod(folder, 0o700)
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PrivatePostgresServer.start(dataDirectory: folder + "/inner/data")
        }
        #expect(error?.kind == .privateServer)
        #expect(error?.description.contains("chmod o+x \(folder)`") == true)
    }

    @Test func missingProgramsAreAnErrorThatSaysWhatToInstall() {
        let error = #expect(throws: PostgresError.self) { try PostgresBinaries.find(majorVersion: 7) }
        #expect(error?.description.contains("apt-get install postgresql-7") == true)
    }

    @Test func aServerPackedWithTheProgramComesFirst() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let programs = folder + "/lib/postgresql/3/bin"
        try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
        for name in ["initdb", "pg_ctl", "postgres"] {
            try Data("#!/bin/sh\necho '\(name) (PostgreSQL) 3.1'\n".utf8)
                .write(to: URL(fileURLWithPath: "\(programs)/\(name)"))
            chmod("\(programs)/\(name)", 0o755)
        }
        func versions(_ program: String) -> [Int] {
            PostgresBinaries.candidates(environment: [:], program: program).map(\.majorVersion)
        }
        #expect(versions(folder + "/bin/occ-scheduler").first == 3)
        #expect(!versions(folder + "/elsewhere/bin/occ-scheduler").contains(3))
        // Where the programs stand in Debian's own folders, its servers count once.
        #expect(versions("/usr/bin/occ-scheduler") == versions("/nowhere/bin/occ-scheduler"))
    }

    @Test func aFileInTheWayIsNamed() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data().write(to: URL(fileURLWithPath: folder + "/file"))
        for path in [folder + "/file/data", folder + "/a\"b"] {
            let error = await #expect(throws: PostgresError.self) {
                _ = try await PrivatePostgresServer.start(dataDirectory: path)
            }
            #expect(error?.kind == .privateServer)
        }
        chmod(folder, 0o755)
        try FileManager.default.createDirectory(atPath: folder + "/d/pgdata", withIntermediateDirectories: true)
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PrivatePostgresServer.start(dataDirectory: folder + "/d")
        }
        #expect(error?.description.contains("no readable PG_VERSION") == true)
    }

    @Test func aFullDiskIsNamed() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let mounted = try ServerAccount.current.run("/bin/mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder])
        guard mounted.status == 0 else { return print("not tested: this account may not mount: \(mounted.text)") }
        defer { _ = try? ServerAccount.current.run("/bin/umount", [folder]) }
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PrivatePostgresServer.start(dataDirectory: folder + "/data")
        }
        #expect(error?.kind == .diskFull)
        let text = error?.description ?? ""
        #expect(text.contains("the disk of '\(folder)/data' is full: "), "\(text)")
        #expect(text.contains("'\(folder)/data/postgres.log'") && text.count < 400, "\(text)")
    }

    @Test func aServerThatFailsIsToldInThreeLinesAtMost() throws {
        let layout = try PrivateServerLayout(dataDirectory: "/data")
        func text(_ output: String, freeBytes: Int64) -> String {
            PrivateServerFiles.failure("starting", output, layout, freeBytes: freeBytes).description
        }
        let wall = (0..<40).map { "2026-01-01 LOG:  line \($0)" }
        let told = text((wall + ["FATAL:  no such thing"] + wall).joined(separator: "\n"), freeBytes: 1 << 40)
        #expect(told == "starting: FATAL:  no such thing; the server's log is '/data/postgres.log'")
        let last = text(wall.joined(separator: "\n"), freeBytes: 1 << 40)
        #expect(last.contains("line 37; ") && last.contains("line 39; ") && !last.contains("line 36"))
        // On a full disk the log has no room to say so.
        for (output, free) in [("", Int64(3 << 20)), ("PANIC:  could not write: No space left on device", 1 << 40)] {
            let full = text(output, freeBytes: free)
            #expect(
                full.hasPrefix("starting: the disk of '/data' is full: \(free >> 20) MiB are free; free at least"),
                "\(full)"
            )
        }
    }
}
