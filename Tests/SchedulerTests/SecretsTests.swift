import Testing

@testable import CommandSupport

@Suite("Secrets") struct SecretsTests {
    @Test(
        "Addresses lose their passwords, other texts nothing",
        arguments: [
            ("Unexpected argument 'postgresql://sp:x@h/occ'", "Unexpected argument 'postgresql://***'"),
            ("a postgres://u@h b://c d", "a postgres://*** b://c d"),
            ("'host=h password=x user=u'", "'host=h password=*** user=u'"),
            ("give postgresql://h/db", "give postgresql://h/db"), ("", ""),
        ]
    )
    func withoutAddresses(text: String, expected: String) {
        #expect(Secrets.withoutAddresses(text) == expected)
    }
}
