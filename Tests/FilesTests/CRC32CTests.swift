import Files
import Testing

@Suite struct CRC32CTests {
    // RFC 3720, B.4, and the usual check of nine digits.
    @Test func agreesWithThePublishedExamples() {
        #expect(CRC32C.checksum(of: "123456789".utf8) == 0xe306_9283)
        #expect(CRC32C.checksum(of: []) == 0)
        #expect(CRC32C.checksum(of: [UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(CRC32C.checksum(of: [UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(CRC32C.checksum(of: UInt8(0)..<32) == 0x46dd_794e)
        #expect(CRC32C.checksum(of: (UInt8(0)..<32).reversed()) == 0x113f_db5c)
    }

    @Test func isMaskedAsInFilesOfRecords() { #expect(CRC32C.masked(of: "123456789".utf8) == 0xc78a_b0e5) }
}
