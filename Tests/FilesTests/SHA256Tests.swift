import Files
import Testing

@Suite struct SHA256Tests {
    // FIPS 180-2, appendix B.
    @Test func agreesWithThePublishedExamples() {
        #expect(SHA256.hexadecimal(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.hexadecimal(of: "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func piecesGiveTheDigestOfTheWhole() {
        var digest = SHA256()
        digest.update("0|a/v_a")
        digest.update("_g01_c01")
        #expect(digest.finish().hasPrefix("7506ab34"))
    }
}
