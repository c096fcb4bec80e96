/// One numbered step of the database's schema, with its way back.
///
/// The SQL is embedded in the program, so that an installed binary needs no files. `{s}` stands for the quoted schema
/// name. A migration that was released is never edited: the next change is the next number.
struct Migration: Sendable {
    /// Its number, counted from 1 without gaps.
    let version: Int
    /// What it is about, for people.
    let title: String
    /// From `version - 1` to `version`.
    let up: String
    /// From `version` to `version - 1`.
    let down: String

    /// Every migration in order.
    static let all: [Migration] = [.m001, .m002, .m003, .m004, .m005]

    /// The version this program works with.
    static var latestVersion: Int { all.count }
}
