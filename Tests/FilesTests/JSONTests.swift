import Files
import Testing

@Suite struct JSONTests {
    @Test func readsEveryKindOfValueAndKeepsTheOrderOfMembers() throws {
        let text = #"{"b":[1,-2.5,true,null,"ä\n"],"a":{"x":9007199254740993}}"#
        let json = try JSON(parsing: Array(text.utf8))
        #expect(json.objectValue?.map(\.key) == ["b", "a"])
        #expect(json["a"]?["x"] == .integer(9_007_199_254_740_993))
        #expect(json.serialized() == text)
    }

    @Test func readsADocumentOfOneValue() throws {
        #expect(try JSON(parsing: Array("null".utf8)) == .null)
        #expect(try JSON(parsing: Array(" 12".utf8)) == .integer(12))
        #expect(try JSON(parsing: Array("\"a\"\n".utf8)) == .string("a"))
    }

    @Test(arguments: ["{", "[1,]", "{\"a\":1} x", "nul", "", "[1 2]", "{}\u{0}", "{}\u{0}}", "[1]\n\u{0}"])
    func refusesMalformedText(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test func namesTheLineOfAMistake() {
        #expect { try JSON(parsing: Array("{\n\"a\": 1,\n\"b\": ?}".utf8)) } throws: { ($0 as? JSONError)?.line == 3 }
    }

    @Test func numbersReadBackToTheSameBits() throws {
        for value in [0.1, 1e-300, 123_456_789.123, .pi] {
            #expect(try JSON(parsing: Array(JSON.real(value).serialized().utf8)).realValue == value)
        }
    }
}
