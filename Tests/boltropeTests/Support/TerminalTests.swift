import Testing

@testable import boltrope

@Suite("The terminal")
struct TerminalTests {
    @Test("Columns line up, and the last one trails no spaces")
    func table() {
        #expect(
            Terminal.table([["NAME", "AGE"], ["a-long-name", "5s"]]) == ["NAME          AGE", "a-long-name   5s"])
        #expect(Terminal.table([]).isEmpty)
    }
}
